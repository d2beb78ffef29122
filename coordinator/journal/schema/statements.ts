/** Prepares statements and gives their rows a type. */
import type { Database, Statement } from 'better-sqlite3';

/** Rows as arrays, in the order of the columns. */
export function rawRows<Values extends unknown[], Parameters extends unknown[] = [number]>(
  database: Database,
  sql: string,
): Statement<Parameters, Values> {
  return database.prepare(sql).raw() as Statement<Parameters, Values>;
}

/** Returns the used bytes of the file, without its free pages. */
export function usedBytesOf(database: Database): Statement<[], number> {
  return firstColumn(
    database,
    `SELECT (page_count - freelist_count) * page_size
     FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
  );
}

/** Returns only the first column of each row. */
export function firstColumn<Value, Parameters extends unknown[] = [number]>(
  database: Database,
  sql: string,
): Statement<Parameters, Value> {
  return database.prepare(sql).pluck() as Statement<Parameters, Value>;
}
