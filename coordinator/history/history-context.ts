/**
 * What an answer that rests on the journal alone is made of. A whole house has it too, and the thread that answers from the record
 * has nothing else: what such an answer says can never depend on what only the running coordinator knows.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { PastRolls } from './requested-moment.ts';
import type { AnswerTurns } from '../../shared/cooperative-scheduler.ts';

export interface RecordedHouse {
  readonly journal: RecordedJournal;
  readonly clock: Clock;
  readonly turns: AnswerTurns;
  readonly version: string;
}

/** In the thread: also the rolls that were read. */
export interface AnsweringHouse extends RecordedHouse {
  readonly pastRolls: PastRolls;
}

export type RecordedJournal = Pick<
  Journal,
  'storeId' | 'past' | 'eventsAt' | 'eventPage' | 'durableRevision' | 'durable' | 'status'
>;
