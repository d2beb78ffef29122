/** The reader's part of exporting and replaying: the record in order, a bounded stretch at a time. */
import type { Database, Statement } from 'better-sqlite3';
import type { DecisionEvent, Recorded } from '../../../shared/journal-format/events.ts';
import type { ExportFormat } from '../../../shared/journal-format/export-text.ts';
import { exportLine } from '../../../shared/journal-format/export-text.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import { rawRows } from '../schema/statements.ts';
import type { HistoricalReader } from './historical-reader.ts';
import type { DecisionInputs } from './historical-state.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

/** A past decision and what it rested on. */
export interface ReplayedDecision {
  readonly decision: DecisionEvent & Recorded;
  readonly inputs: DecisionInputs;
}

/** A stretch of the record; `next`: the row after which the next stretch begins, `null` at the end. */
export interface Chunk<Value> {
  readonly value: Value;
  readonly next: number | null;
}

/** Rows of text that are in memory at once: some 400 KiB. */
const EXPORT_ROWS = 1_000;
/** Text that is in memory at once, where rows are long: one message carries it, and a row more. */
const EXPORT_CHARACTERS_MAX = 1024 * 1024;
/** Decisions with their inputs that are in memory at once: a megabyte where each brings another node's facts. */
const REPLAY_ROWS = 250;

export class ExportReader {
  readonly #rows: StoredRows;
  readonly #history: HistoricalReader;
  readonly #range: Statement<[number, number, number], StoredValues>;

  constructor(database: Database, history: HistoricalReader) {
    this.#rows = new StoredRows(database);
    this.#history = history;
    this.#range = rawRows(database, `${SELECT_ROWS} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`);
  }

  exported(format: ExportFormat, after: number, through: number): Chunk<string> {
    let value = '';
    let last = 0;
    let rowCount = 0;
    for (const values of this.#range.iterate(after, through, EXPORT_ROWS)) {
      value += exportLine(format, this.#rows.rowOf(values));
      last = values[0];
      rowCount += 1;
      if (value.length >= EXPORT_CHARACTERS_MAX) return { value, next: last };
    }
    return { value, next: rowCount < EXPORT_ROWS ? null : last };
  }

  replayed(after: number, through: number): Chunk<ReplayedDecision[]> {
    const rows = this.#range.all(after, through, REPLAY_ROWS);
    const value = rows.flatMap((values) => {
      const { seq, row } = this.#rows.rowOf(values);
      const decision = decodeRow(seq, row);
      if (decision.kind !== 'decision') return [];
      return [{ decision, inputs: this.#history.inputs(decision.node, decision.daemonSet, seq) }];
    });
    return { value, next: nextOf(rows, REPLAY_ROWS) };
  }
}

function nextOf(rows: readonly StoredValues[], rowsMax: number): number | null {
  return rows.length < rowsMax ? null : (rows.at(-1)?.[0] ?? null);
}
