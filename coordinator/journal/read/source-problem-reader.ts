/** Reads the problems of the coordinator's sources at a revision, such as a manifest that could not be read. */
import type { Database, Statement } from 'better-sqlite3';
import type { CoordinatorBody } from '../../../shared/journal-format/event-bodies.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { firstColumn } from '../schema/statements.ts';
import { Horizon } from './horizon.ts';

export class SourceProblemReader {
  readonly #horizon: Horizon;
  readonly #newest: Statement<[number], string>;

  constructor(database: Database) {
    this.#horizon = new Horizon(database);
    // A start clears the problems; earlier versions did not record when a problem ended.
    this.#newest = firstColumn(
      database,
      `SELECT body FROM event INDEXED BY event_by_kind
       WHERE ${IS_NOT_DECISION} AND ${isKind('coordinator')} AND seq <= ?
         AND (${isAction('started')} OR ${isAction('problem')} AND body -> '$.problems' IS NOT NULL)
       ORDER BY seq DESC LIMIT 1`,
    );
  }

  /** One sentence for each problem. */
  sourceProblemsAt(revision: number): readonly string[] {
    this.#horizon.assertRecorded(revision);
    const body = this.#newest.get(revision);
    return body === undefined ? [] : ((JSON.parse(body) as CoordinatorBody).problems ?? []);
  }
}
