/**
 * Checks the derived tables: replays all rows into temporary tables of the same names and compares. It reads in one transaction, so the
 * WAL cannot restart while it runs. Tables that differ can be rebuilt while no coordinator writes the journal.
 */
import type { Database, Statement } from 'better-sqlite3';
import { openForWriting } from './database.ts';
import { DERIVED_TABLES, SqlDerivedTables } from './derived-tables.ts';
import { lockFile } from './file-lock.ts';
import { inspectFile } from './migrate.ts';
import type { ProjectedRow } from './projection.ts';
import { project } from './projection.ts';

/** Rows in memory at a time. */
const PAGE_ROWS_MAX = 10_000;

/** Replays all rows step by step into temporary tables and compares. One at a time per connection. */
export class RebuildCheck {
  readonly #database: Database;
  readonly #tables: SqlDerivedTables;
  readonly #page: Statement<[number, number], ProjectedRow>;
  #seq = 0;

  constructor(database: Database) {
    this.#database = database;
    // Allows temporary tables only: the file itself is open read-only.
    database.pragma('query_only = OFF');
    database.exec('BEGIN');
    for (const table of DERIVED_TABLES) database.exec(temporaryTable(database, table));
    this.#tables = new SqlDerivedTables(database);
    this.#page = pages(database);
  }

  /** The number of rows to replay. */
  get rowCount(): number {
    return this.#database.prepare('SELECT count(*) FROM event').pluck().get() as number;
  }

  /** Replays the next rows; returns their number, 0 at the end. */
  step(): number {
    const rows = this.#page.all(this.#seq, PAGE_ROWS_MAX);
    for (const row of rows) project(row, this.#tables);
    this.#seq = rows.at(-1)?.seq ?? this.#seq;
    return rows.length;
  }

  /** The names of the tables that differ from the replay. */
  end(): string[] {
    try {
      return DERIVED_TABLES.filter((table) => differs(this.#database, table));
    } finally {
      this.#database.exec('ROLLBACK');
      this.#database.pragma('query_only = ON');
    }
  }
}

/**
 * Rebuilds the derived tables from the rows, in one transaction.
 * @throws JournalError for a file that is not a journal, or that a coordinator is writing
 */
export function rebuildDerivedTables(file: string): void {
  inspectFile(file);
  const lock = lockFile(file);
  const database = openForWriting(file);
  try {
    const rebuild = database.transaction(() => {
      for (const table of DERIVED_TABLES) database.exec(`DELETE FROM ${table}`);
      replay(database);
    });
    rebuild.immediate();
  } finally {
    database.close();
    lock.release();
  }
}

function replay(database: Database): void {
  const tables = new SqlDerivedTables(database);
  const page = pages(database);
  // In pages, because a connection cannot write while it iterates over a result.
  for (let rows = page.all(0, PAGE_ROWS_MAX); rows.length > 0; rows = page.all(rows.at(-1)?.seq ?? 0, PAGE_ROWS_MAX)) {
    for (const row of rows) project(row, tables);
  }
}

function pages(database: Database): Statement<[number, number], ProjectedRow> {
  return database.prepare<[number, number], ProjectedRow>(`
    SELECT seq, recorded_ms - lag_ms AS occurredMs, kind, action, node_id AS nodeId, daemon_set_id AS daemonSetId,
      verdict, cause_seq AS causeSeq, body
    FROM event WHERE seq > ? ORDER BY seq LIMIT ?`);
}

function temporaryTable(database: Database, table: string): string {
  const sql = database.prepare('SELECT sql FROM main.sqlite_schema WHERE name = ?').pluck().get(table) as string;
  return sql.replace('CREATE TABLE', 'CREATE TEMP TABLE');
}

function differs(database: Database, table: string): boolean {
  const surplus = (these: string, those: string) =>
    database.prepare(`SELECT 1 FROM (SELECT * FROM ${these}.${table} EXCEPT SELECT * FROM ${those}.${table}) LIMIT 1`);
  return [surplus('main', 'temp'), surplus('temp', 'main')].some((query) => query.get() !== undefined);
}
