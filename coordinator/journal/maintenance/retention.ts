/**
 * Limits the age and size of the journal: prunes it in small steps between commits, then records a seal, which names the horizon, its
 * hash, and a digest of the older rows that are still in effect.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { NewEvent } from '../../../shared/journal-format/events.ts';
import { plural } from '../../../shared/plural.ts';
import type { Port } from '../../threads/thread-port.ts';
import type { JournalLimits } from '../base/limits.ts';
import type { ReaderService } from '../read/reader-service.ts';
import type { WriterService } from '../write/writer-service.ts';
import { computeSeal } from './verify.ts';

/** How much to keep. At least one limit is set; all limits that are set apply. */
export interface RetentionGoal {
  /** Rows recorded longer ago are pruned. Positive. */
  readonly retainMs?: number | undefined;
  /** While the file uses more than this, the oldest rows are pruned. Positive. */
  readonly retainBytes?: number | undefined;
}

export interface PruneReport {
  readonly prunedThrough: number;
  /** Rows by which the horizon advanced. */
  readonly prunedCount: number;
  readonly usedBytes: number;
}

export interface RetentionPorts {
  readonly writer: Port<WriterService>;
  readonly auditor: () => Promise<Port<ReaderService>>;
  /** Appends the seal; resolves when it is on disk. */
  readonly record: (event: NewEvent) => Promise<void>;
}

export class Retention {
  readonly #ports: RetentionPorts;
  readonly #clock: Clock;
  readonly #limits: JournalLimits;
  #running: Promise<PruneReport> | undefined;
  #isStopping = false;

  constructor(ports: RetentionPorts, clock: Clock, limits: JournalLimits) {
    this.#ports = ports;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Runs once at a time: a call during a pruning returns the report of that pruning. */
  prune(goal: RetentionGoal, newestRevision: number): Promise<PruneReport> {
    assertAboveZero('retainMs', goal.retainMs);
    assertAboveZero('retainBytes', goal.retainBytes);
    this.#running ??= this.#prune(goal, newestRevision).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Stops a pruning after its current step. The next pruning records its seal. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running?.catch(() => undefined);
  }

  async #prune({ retainMs, retainBytes }: RetentionGoal, newestRevision: number): Promise<PruneReport> {
    const { writer } = this.#ports;
    const auditor = await this.#ports.auditor();
    // Some rows always stay, so that agents that were disconnected for a moment can resume.
    const newest = newestRevision - this.#limits.retainedRowsMin;
    const old = retainMs === undefined ? 0 : await auditor.newestOlderThan(this.#clock.nowMs() - retainMs);
    const { prunedThrough: before } = await writer.prune(0, 0);
    for (;;) {
      const { prunedThrough, usedBytes } = await writer.prune(0, 0);
      const isTooLarge = retainBytes !== undefined && usedBytes > retainBytes;
      const through = Math.min(newest, isTooLarge ? newest : old);
      if (prunedThrough >= through || this.#isStopping) {
        if (!this.#isStopping) await this.#sealThrough(prunedThrough, auditor);
        return { prunedThrough, prunedCount: prunedThrough - before, usedBytes };
      }
      await writer.prune(through, this.#limits.pruneRowsMax);
    }
  }

  /** Also when nothing was pruned now: the process may have ended during an earlier pruning. */
  async #sealThrough(prunedThrough: number, auditor: Port<ReaderService>): Promise<void> {
    if (prunedThrough === 0 || (await auditor.newestSeal())?.prunedThrough === prunedThrough) return;
    const seal = await computeSeal(auditor, this.#limits.verifyRowsMax);
    const detail = `pruned through revision ${seal.prunedThrough}; ${plural(seal.keptCount, 'older row')} kept`;
    await this.#ports.record({
      kind: 'coordinator',
      action: 'pruned',
      detail,
      seal,
      engineVersion: '',
      occurredMs: this.#clock.nowMs(),
      cause: { trigger: 'retention', revision: 0, actor: '' },
    });
  }
}

function assertAboveZero(name: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0)) throw new RangeError(`${name} must be positive, not ${value}`);
}
