/** What `rollcall audit` was asked, as typed, and as the coordinator is to be asked. */

import type { ExportFormat } from '../../shared/journal-format/export-text.ts';
import type { JournalHead } from '../../shared/rpc/generated/rollcall/v1/JournalHead.ts';
import type { TimeRangeOptions } from '../moment/time-range.ts';
import type { PairOptions } from '../options/pair-options.ts';
import { UsageError } from '../usage-error.ts';

export interface VerifyOptions {
  readonly anchor?: string;
  readonly skipFileCheck: boolean;
}

export type ReplayOptions = PairOptions & TimeRangeOptions;

export interface ExportOptions extends TimeRangeOptions {
  readonly format: ExportFormat;
  readonly filename?: string;
  readonly force: boolean;
}

export interface BackupOptions {
  readonly force: boolean;
}

/** Reads `REVISION:HASH`. @throws UsageError */
export function parseAnchor(text: string): JournalHead {
  const [, revision, hash] = /^(\d+):([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (revision === undefined || hash === undefined || !Number.isSafeInteger(Number(revision))) {
    throw new UsageError(
      `--anchor cannot be '${text}'; it must be REVISION:HASH with the 64 digits of the hash, as rollcall audit head prints it`,
    );
  }
  return { revision, hash: Buffer.from(hash, 'hex') };
}
