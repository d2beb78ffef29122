/** What an auditor asks of a journal: is it unaltered, would it be decided the same today, and a copy, please. */
import type { ReplayedDecision, Stretch } from './audit-reader.ts';
import type { ExportFormat } from './export-text.ts';
import { exportHeader } from './export-text.ts';
import type { JournalPorts } from './journal-ports.ts';
import type { JournalLimits } from './limits.ts';
import type { VerifyOptions, VerifyReport } from './verify.ts';
import { verify } from './verify.ts';

/** Rows after one and up to another, both optional; all that are kept where neither is set. */
export interface AuditRange {
  readonly afterRevision?: number | undefined;
  readonly throughRevision?: number | undefined;
}

export class Audit {
  readonly #ports: JournalPorts;
  readonly #limits: JournalLimits;

  constructor(ports: JournalPorts, limits: JournalLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Checks every row that is durable now, in threads of its own, beside everything else. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { verifyRowsMax, verifyThreads } = this.#limits;
    return this.#ports.withReaders(verifyThreads, (readers) => verify(readers, verifyRowsMax, options));
  }

  /** Whether the derived tables equal a replay of the record; names those that do not. Reads everything. */
  rebuildEquals(): Promise<{ readonly equal: boolean; readonly differing: readonly string[] }> {
    return this.#ports.withReader(async (reader) => {
      const differing = await reader.differencesFromRebuild();
      return { equal: differing.length === 0, differing };
    });
  }

  /** Past decisions in their order, each with what it rested on, for whoever decides them again. */
  async *replay(range: AuditRange = {}): AsyncGenerator<ReplayedDecision, void, undefined> {
    const auditor = await this.#ports.auditor();
    const stretches = this.#stretches(range, (after, through) => auditor.replayed(after, through));
    for await (const decisions of stretches) yield* decisions;
  }

  /** The record as text, some hundred KiB at a time; a reader that waits holds nothing up. */
  async *export(format: ExportFormat, range: AuditRange = {}): AsyncGenerator<string, void, undefined> {
    const auditor = await this.#ports.auditor();
    const header = exportHeader(format);
    if (header !== '') yield header;
    yield* this.#stretches(range, (after, through) => auditor.exported(format, after, through));
  }

  /** Copies the whole journal as it is now into a new file while everything goes on; rejects with `wrong-backup`. */
  backup(target: string): Promise<void> {
    return this.#ports.withReader((reader) => reader.backUp(target));
  }

  /** Rows that come while it runs are not part of it. */
  async *#stretches<Value>(
    { afterRevision, throughRevision }: AuditRange,
    read: (after: number, through: number) => Promise<Stretch<Value>>,
  ): AsyncGenerator<Value, void, undefined> {
    const auditor = await this.#ports.auditor();
    const through = Math.min(throughRevision ?? Number.MAX_SAFE_INTEGER, await auditor.newestRevision());
    let after: number | null = afterRevision ?? (await auditor.chainStart()).revision;
    while (after !== null) {
      await auditor.assertKnown(after);
      const { value, next }: Stretch<Value> = await read(after, through);
      yield value;
      after = next;
    }
  }
}
