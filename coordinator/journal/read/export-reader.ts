/** Reads all rows in order, a bounded chunk at a time, to export them or to replay their decisions. */
import type { Database, Statement } from 'better-sqlite3';
import type { DecisionEvent, Recorded } from '../../../shared/journal-format/events.ts';
import type { ExportFormat } from '../../../shared/journal-format/export-text.ts';
import { exportLine } from '../../../shared/journal-format/export-text.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import type { JournalLimits } from '../base/limits.ts';
import { rawRows } from '../schema/statements.ts';
import { HistoricalReader } from './historical-reader.ts';
import type { DecisionInputs } from './historical-state.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

/** A recorded decision and what it was made from. */
export interface ReplayedDecision {
  readonly decision: DecisionEvent & Recorded;
  readonly inputs: DecisionInputs;
}

/** Part of the rows. `next`: the row after which the next chunk starts; `null` after the last chunk. */
export interface Chunk<Value> {
  readonly value: Value;
  readonly next: number | null;
}

/** Rows of text in memory at a time: about 400 KiB. */
const EXPORT_ROWS = 1_000;
/** Text in memory at a time when rows are long. A chunk exceeds it by less than one row. */
const EXPORT_CHARACTERS_MAX = 1024 * 1024;
/** Decisions with their inputs in memory at a time: about 1 MB when each is about another node. */
const REPLAY_ROWS = 250;

export class ExportReader {
  readonly #rows: StoredRows;
  readonly #history: HistoricalReader;
  readonly #range: Statement<[number, number, number], StoredValues>;

  constructor(database: Database, limits: JournalLimits) {
    this.#rows = new StoredRows(database);
    this.#history = new HistoricalReader(database, limits);
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
      return [{ decision, inputs: this.#history.inputsAt(decision.node, decision.daemonSet, seq) }];
    });
    return { value, next: nextOf(rows, REPLAY_ROWS) };
  }
}

function nextOf(rows: readonly StoredValues[], rowsMax: number): number | null {
  return rows.length < rowsMax ? null : (rows.at(-1)?.[0] ?? null);
}
