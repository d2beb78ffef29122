/** The options of `rollcall audit` as parsed, and the parser of anchors. */

import type { ExportFormat } from '../../shared/journal-format/export-text.ts';
import type { JournalHead } from '../../shared/rpc/generated/rollcall/v1/JournalHead.ts';
import type { TimeRangeOptions } from '../moment/time-range.ts';
import type { PairOptions } from '../options/pair-options.ts';
import { invalidValue } from '../usage-error.ts';

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

/** Parses `REVISION:HASH`. @throws UsageError */
export function parseAnchor(text: string): JournalHead {
  const [, revision, hash] = /^(\d+):([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (revision === undefined || hash === undefined || !Number.isSafeInteger(Number(revision))) {
    throw invalidValue(
      text,
      '--anchor',
      'must be REVISION:HASH with a hash of 64 hexadecimal digits, as printed by audit head',
    );
  }
  return { revision, hash: Buffer.from(hash, 'hex') };
}
