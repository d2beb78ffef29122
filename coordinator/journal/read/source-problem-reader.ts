/** What was wrong with the sources at a moment, such as a manifest that could not be read. */
import type { Database, Statement } from 'better-sqlite3';
import type { CoordinatorBody } from '../../../shared/journal-format/event-bodies.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { firstColumn } from '../schema/statements.ts';

export class SourceProblemReader {
  readonly #newest: Statement<[number], string>;

  constructor(database: Database) {
    // A start knows of no problem yet, and earlier versions did not keep when one ended.
    this.#newest = firstColumn(
      database,
      `SELECT body FROM event INDEXED BY event_by_kind
       WHERE ${IS_NOT_DECISION} AND ${isKind('coordinator')} AND seq <= ?
         AND (${isAction('started')} OR ${isAction('problem')} AND body -> '$.problems' IS NOT NULL)
       ORDER BY seq DESC LIMIT 1`,
    );
  }

  /** A sentence for each. */
  at(revision: number): readonly string[] {
    const body = this.#newest.get(revision);
    return body === undefined ? [] : ((JSON.parse(body) as CoordinatorBody).problems ?? []);
  }
}
