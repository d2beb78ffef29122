/**
 * Keeps the journal within an age and a size: prunes in small steps between commits, then seals what stays, with a row of the
 * record that names the horizon, its hash, and a digest of the older rows that are still in force.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { NewEvent, RetentionSeal } from '../../../shared/journal-format/events.ts';
import type { Port } from '../../threads/thread-port.ts';
import type { JournalLimits } from '../limits.ts';
import type { ReaderService, WriterService } from '../write/writer-service.ts';

/** What is to be kept; at least one is set, and all that are hold. */
export interface RetentionGoal {
  /** Rows recorded longer ago go. Above 0. */
  readonly retainMs?: number | undefined;
  /** While the file holds more than this, the oldest rows go. Above 0. */
  readonly retainBytes?: number | undefined;
}

export interface PruneReport {
  readonly prunedThrough: number;
  /** Rows by which the horizon moved on. */
  readonly prunedCount: number;
  readonly usedBytes: number;
}

export interface RetentionPorts {
  readonly writer: Port<WriterService>;
  readonly auditor: () => Promise<Port<ReaderService>>;
  /** Appends the seal; resolves once it is on disk. */
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

  /** One at a time: who asks meanwhile gets the report of the one that runs. */
  prune(goal: RetentionGoal, newestRevision: number): Promise<PruneReport> {
    assertAboveZero('retainMs', goal.retainMs);
    assertAboveZero('retainBytes', goal.retainBytes);
    this.#running ??= this.#prune(goal, newestRevision).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a pruning that runs after its current step; the next one seals what it did. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running?.catch(() => undefined);
  }

  async #prune({ retainMs, retainBytes }: RetentionGoal, newestRevision: number): Promise<PruneReport> {
    const { writer } = this.#ports;
    const auditor = await this.#ports.auditor();
    // Some rows always stay, so that agents which were away a moment can go on from where they were.
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

  /** Also where nothing was pruned now: an earlier pruning may have ended with its process. */
  async #sealThrough(prunedThrough: number, auditor: Port<ReaderService>): Promise<void> {
    if (prunedThrough === 0 || (await auditor.newestSeal())?.prunedThrough === prunedThrough) return;
    const seal = await digestOfKept(auditor, this.#limits.verifyRowsMax);
    const detail = `pruned through revision ${seal.prunedThrough}; ${seal.keptCount} older rows are still in force`;
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

/** Walks over the rows before the horizon that are still there, as if they were a chain that begins with the horizon's hash. */
export async function digestOfKept(reader: Port<ReaderService>, rowsMax: number): Promise<RetentionSeal> {
  const horizon = await reader.chainStart();
  let link = { revision: 0, hash: horizon.hash };
  let keptCount = 0;
  for (;;) {
    const step = await reader.digestKept(link, horizon.revision, rowsMax);
    keptCount += step.checkedCount;
    link = step.link;
    if (step.checkedCount === rowsMax) continue;
    const prunedHash = Buffer.from(horizon.hash).toString('hex');
    return {
      prunedThrough: horizon.revision,
      prunedHash,
      keptCount,
      keptDigest: Buffer.from(link.hash).toString('hex'),
    };
  }
}

function assertAboveZero(name: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0)) throw new RangeError(`${name} must be above 0, not ${value}`);
}
