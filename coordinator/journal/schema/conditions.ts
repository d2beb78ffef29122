/**
 * Conditions on rows of `event`, with the numbers of the vocabulary. SQLite uses a partial index only for a query that repeats
 * the index's own condition word for word, so the first three must equal those of the schema (migrations/0001-journal.sql).
 */
import type { Action, EventKind } from '../../../shared/journal-format/events.ts';
import { ACTIONS, KINDS, TRIGGERS } from '../../../shared/journal-format/vocabulary.ts';

/** Condition of the index `event_by_pair`. */
export const IS_DECISION = isKind('decision');

/** Condition of the indexes `event_by_node` and `event_by_kind`. */
export const IS_NOT_DECISION = `kind <> ${KINDS.numberOf('decision')}`;

/** Triggers up to this number are those of most rows, and not in the index `event_by_trigger`. */
export const UNINDEXED_TRIGGER_MAX = TRIGGERS.numberOf('daemon-set-change');

/** Condition of the index `event_by_trigger`. */
export const HAS_INDEXED_TRIGGER = `cause_trigger > ${UNINDEXED_TRIGGER_MAX}`;

export function isKind(kind: EventKind): string {
  return `kind = ${KINDS.numberOf(kind)}`;
}

export function isAction(...actions: readonly Action[]): string {
  const numbers = actions.map((action) => ACTIONS.numberOf(action));
  return numbers.length === 1 ? `action = ${numbers[0]}` : `action IN (${numbers.join(', ')})`;
}
