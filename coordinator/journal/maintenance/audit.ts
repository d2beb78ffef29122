/** The audit of a journal: verification, replay, export, backup, and the check of the derived tables. */
import type { Clock } from '../../../shared/clock.ts';
import type { ExportFormat } from '../../../shared/journal-format/export-text.ts';
import { exportHeader } from '../../../shared/journal-format/export-text.ts';
import type { VerifyReport } from '../../../shared/journal-format/verification.ts';
import type { JournalLimits } from '../base/limits.ts';
import type { Chunk, ReplayedDecision } from '../read/export-reader.ts';
import type { ReaderPool } from '../read/reader-pool.ts';
import { type BackupCopy, makeCopy, type Progress } from './backup-copy.ts';
import type { VerifyOptions } from './verify.ts';
import { verify } from './verify.ts';

/** The rows after `afterRevision` and up to `throughRevision`. Default: all rows that the journal keeps. */
export interface AuditRange {
  readonly afterRevision?: number | undefined;
  readonly throughRevision?: number | undefined;
}

export interface RebuildReport {
  readonly equal: boolean;
  /** The names of the tables that differ. */
  readonly differing: readonly string[];
}

export class Audit {
  readonly #readers: ReaderPool;
  readonly #limits: JournalLimits;
  readonly #clock: Clock;

  constructor(readers: ReaderPool, limits: JournalLimits, clock: Clock) {
    this.#readers = readers;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Checks every row that is durable at the time of the call, in threads of its own. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { verifyRowsMax, verifyThreads } = this.#limits;
    return this.#readers.withReaders(verifyThreads, (readers) => verify(readers, verifyRowsMax, options));
  }

  /** Compares the derived tables with a replay of all rows. */
  rebuildEquals(onProgress: Progress = () => {}): Promise<RebuildReport> {
    return this.#readers.withReader(async (reader) => {
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

  /** Recorded decisions in order, each with its inputs, in chunks of some hundred. */
  async *replay(range: AuditRange = {}): AsyncGenerator<readonly ReplayedDecision[], void, undefined> {
    const auditor = await this.#readers.auditor();
    yield* this.#chunks(range, (after, through) => auditor.replayed(after, through));
  }

  /** All rows as text, in chunks of some hundred KiB. A slow consumer delays nothing else. */
  async *export(format: ExportFormat, range: AuditRange = {}): AsyncGenerator<string, void, undefined> {
    const auditor = await this.#readers.auditor();
    const header = exportHeader(format);
    if (header !== '') yield header;
    yield* this.#chunks(range, (after, through) => auditor.exported(format, after, through));
  }

  /** Copies the whole journal into a new file while it is written. Rejects with `wrong-backup`. */
  backup(target: string): Promise<void> {
    return this.#readers.withReader((reader) => reader.backUp(target));
  }

  /**
   * Copies the journal into a file beside it, to be sent and then removed. `name` is unique among copies; `onProgress` receives
   * bytes. Rejects with `wrong-backup`.
   */
  copy(name: string, onProgress: Progress = () => {}): Promise<BackupCopy> {
    return makeCopy(this.#readers, name, onProgress, this.#clock);
  }

  /** Excludes rows that are added while it runs. */
  async *#chunks<Value>(
    { afterRevision, throughRevision }: AuditRange,
    read: (after: number, through: number) => Promise<Chunk<Value>>,
  ): AsyncGenerator<Value, void, undefined> {
    const auditor = await this.#readers.auditor();
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
