/** What an auditor asks of a journal: is it unaltered, would it be decided the same today, and a copy, please. */
import type { Clock } from '../../../shared/clock.ts';
import type { ExportFormat } from '../../../shared/journal-format/export-text.ts';
import { exportHeader } from '../../../shared/journal-format/export-text.ts';
import type { VerifyReport } from '../../../shared/journal-format/verification.ts';
import type { JournalPorts } from '../journal-ports.ts';
import type { JournalLimits } from '../limits.ts';
import type { Chunk, ReplayedDecision } from '../read/export-reader.ts';
import type { BackupCopy } from './backup-copy.ts';
import { makeCopy } from './backup-copy.ts';
import type { VerifyOptions } from './verify.ts';
import { verify } from './verify.ts';

/** Rows after one and up to another, both optional; all that are kept where neither is set. */
export interface AuditRange {
  readonly afterRevision?: number | undefined;
  readonly throughRevision?: number | undefined;
}

/** Called with how many rows, or bytes of a copy, are done, and how many there are to do. An error from it ends the work. */
export type Progress = (doneCount: number, totalCount: number) => void;

export interface RebuildReport {
  readonly equal: boolean;
  /** Names of the tables that differ. */
  readonly differing: readonly string[];
}

export class Audit {
  readonly #ports: JournalPorts;
  readonly #limits: JournalLimits;
  readonly #clock: Clock;

  constructor(ports: JournalPorts, limits: JournalLimits, clock: Clock) {
    this.#ports = ports;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Checks every row that is durable now, in threads of its own, beside everything else. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { verifyRowsMax, verifyThreads } = this.#limits;
    return this.#ports.withReaders(verifyThreads, (readers) => verify(readers, verifyRowsMax, options));
  }

  /** Whether the derived tables equal a replay of the record; names those that do not. Reads everything. */
  rebuildEquals(onProgress: Progress = () => {}): Promise<RebuildReport> {
    return this.#ports.withReader(async (reader) => {
      const totalCount = await reader.beginRebuild();
      let doneCount = 0;
      for (let step = 1; step > 0; doneCount += step) {
        step = await reader.replayForRebuild();
        onProgress(doneCount + step, totalCount);
      }
      const differing = await reader.endRebuild();
      return { equal: differing.length === 0, differing };
    });
  }

  /** Past decisions in their order, each with what it rested on, for whoever decides them again; some hundreds at a time. */
  async *replay(range: AuditRange = {}): AsyncGenerator<readonly ReplayedDecision[], void, undefined> {
    const auditor = await this.#ports.auditor();
    yield* this.#chunks(range, (after, through) => auditor.replayed(after, through));
  }

  /** The record as text, some hundred KiB at a time; a reader that waits holds nothing up. */
  async *export(format: ExportFormat, range: AuditRange = {}): AsyncGenerator<string, void, undefined> {
    const auditor = await this.#ports.auditor();
    const header = exportHeader(format);
    if (header !== '') yield header;
    yield* this.#chunks(range, (after, through) => auditor.exported(format, after, through));
  }

  /** Copies the whole journal as it is now into a new file while everything goes on; rejects with `wrong-backup`. */
  backup(target: string): Promise<void> {
    return this.#ports.withReader((reader) => reader.backUp(target));
  }

  /**
   * A copy beside the journal, to be sent away and removed; `name` tells it from others, `onProgress` hears of bytes. Rejects with
   * `wrong-backup`.
   */
  copy(name: string, onProgress: Progress = () => {}): Promise<BackupCopy> {
    return makeCopy(this.#ports, name, onProgress, this.#clock);
  }

  /** Rows that come while it runs are not part of it. */
  async *#chunks<Value>(
    { afterRevision, throughRevision }: AuditRange,
    read: (after: number, through: number) => Promise<Chunk<Value>>,
  ): AsyncGenerator<Value, void, undefined> {
    const auditor = await this.#ports.auditor();
    const through = Math.min(throughRevision ?? Number.MAX_SAFE_INTEGER, await auditor.newestRevision());
    let after: number | null = afterRevision ?? (await auditor.chainStart()).revision;
    while (after !== null) {
      await auditor.assertRecorded(after);
      const { value, next }: Chunk<Value> = await read(after, through);
      yield value;
      after = next;
    }
  }
}
