/**
 * Proves the derived tables: replays the record into empty temporary tables of the same names and
 * compares. It reads everything in one transaction and so holds back checkpoints while it runs.
 * Where they differ, they can be made anew while no coordinator writes the journal.
 */
import type { Database } from 'better-sqlite3';
import { openForWriting } from './database.ts';
import { DERIVED_TABLES, SqlDerivedTables } from './derived-tables.ts';
import { lockFile } from './file-lock.ts';
import { inspectFile } from './migrate.ts';
import type { ProjectedRow } from './projection.ts';
import { project } from './projection.ts';

/** Rows in memory at once. */
const PAGE_ROWS_MAX = 10_000;

/** The names of the tables that differ from the replay; empty when all are equal. */
export function compareWithRebuild(database: Database): string[] {
  // Temporary tables are all that this connection may now write: the file itself is open for reading only.
  database.pragma('query_only = OFF');
  try {
    return database.transaction(() => rebuildAndCompare(database))();
  } finally {
    database.exec(DERIVED_TABLES.map((table) => `DROP TABLE IF EXISTS temp.${table};`).join('\n'));
    database.pragma('query_only = ON');
  }
}

function rebuildAndCompare(database: Database): string[] {
  for (const table of DERIVED_TABLES) database.exec(temporaryTable(database, table));
  replay(database);
  return DERIVED_TABLES.filter((table) => differs(database, table));
}

/**
 * Makes the derived tables anew from the record, all or nothing.
 * @throws JournalError for a file that is no journal, or that a coordinator writes.
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
  const page = database.prepare<[number, number], ProjectedRow>(`
    SELECT seq, recorded_ms - lag_ms AS occurredMs, kind, action, node_id AS nodeId, daemon_set_id AS daemonSetId,
      verdict, body
    FROM event WHERE seq > ? ORDER BY seq LIMIT ?`);
  // Page by page: one connection cannot write while it steps through a result.
  for (let rows = page.all(0, PAGE_ROWS_MAX); rows.length > 0; rows = page.all(rows.at(-1)?.seq ?? 0, PAGE_ROWS_MAX)) {
    for (const row of rows) project(row, tables);
  }
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
