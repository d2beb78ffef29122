/** Exports rows as text for other programs: JSON Lines with all fields, and CSV for spreadsheets. */

import { decodeRow, type StoredRow } from './row.ts';
import { ACTIONS, KINDS, TRIGGERS, VERDICTS } from './vocabulary.ts';

export type ExportFormat = 'jsonl' | 'csv';

const CSV_COLUMNS = [
  'revision',
  'recorded',
  'occurred',
  'kind',
  'action',
  'node',
  'daemonSet',
  'from',
  'to',
  'trigger',
  'causeRevision',
  'actor',
  'engineVersion',
  'body',
  'hash',
] as const;

/** The text before the first row. */
export function exportHeader(format: ExportFormat): string {
  return format === 'csv' ? `${CSV_COLUMNS.join(',')}\r\n` : '';
}

/** One row with its line ending. The hash is hexadecimal. */
export function exportLine(format: ExportFormat, { seq, row, hash }: StoredRow): string {
  const hex = hash.toString('hex');
  if (format === 'jsonl') return `${JSON.stringify({ ...decodeRow(seq, row), hash: hex })}\n`;
  const { action, verdictBefore, verdict } = row;
  const values: Record<(typeof CSV_COLUMNS)[number], string | number | null> = {
    revision: seq,
    recorded: new Date(row.recordedMs).toISOString(),
    occurred: new Date(row.occurredMs).toISOString(),
    kind: KINDS.wordOf(row.kind),
    action: action === null ? null : ACTIONS.wordOf(action),
    node: row.node,
    daemonSet: row.daemonSet,
    from: verdictBefore === null ? null : VERDICTS.wordOf(verdictBefore),
    to: verdict === null ? null : VERDICTS.wordOf(verdict),
    trigger: TRIGGERS.wordOf(row.trigger),
    causeRevision: row.causeRevision,
    actor: row.actor,
    engineVersion: row.engine,
    body: row.body,
    hash: hex,
  };
  return `${CSV_COLUMNS.map((column) => csvField(values[column])).join(',')}\r\n`;
}

/** Quotes a field that contains a separator, as RFC 4180 requires. */
function csvField(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
