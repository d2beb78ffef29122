/** Prepared statements whose rows come in the shape that their types say. */
import type { Database, Statement } from 'better-sqlite3';

/** Rows as arrays, in the order of the columns. */
export function rawRows<Values extends unknown[], Parameters extends unknown[] = [number]>(
  database: Database,
  sql: string,
): Statement<Parameters, Values> {
  return database.prepare(sql).raw() as Statement<Parameters, Values>;
}

/** Of every row its first column. */
export function firstColumn<Value, Parameters extends unknown[] = [number]>(
  database: Database,
  sql: string,
): Statement<Parameters, Value> {
  return database.prepare(sql).pluck() as Statement<Parameters, Value>;
}
