/**
 * SQL conditions on rows of `event`, with the numbers of the vocabulary. SQLite uses a partial index only for a query that repeats
 * the condition of the index literally, so the conditions of indexes must equal those in the schema (migrations/0001-journal.sql).
 */
import type { Action, EventKind } from '../../../shared/journal-format/events.ts';
import { ACTIONS, KINDS, TRIGGERS } from '../../../shared/journal-format/vocabulary.ts';

/** The condition of the index `event_by_pair`. */
export const IS_DECISION = isKind('decision');

/** The condition of the indexes `event_by_node` and `event_by_kind`. */
export const IS_NOT_DECISION = `kind <> ${KINDS.numberOf('decision')}`;

/** Triggers up to this number are frequent, so the index `event_by_trigger` does not contain them. */
export const UNINDEXED_TRIGGER_MAX = TRIGGERS.numberOf('daemon-set-change');

/** The condition of the index `event_by_trigger`. */
export const HAS_INDEXED_TRIGGER = `cause_trigger > ${UNINDEXED_TRIGGER_MAX}`;

export function isKind(kind: EventKind): string {
  return `kind = ${KINDS.numberOf(kind)}`;
}

export function isAction(...actions: readonly Action[]): string {
  const numbers = actions.map((action) => ACTIONS.numberOf(action));
  return numbers.length === 1 ? `action = ${numbers[0]}` : `action IN (${numbers.join(', ')})`;
}
