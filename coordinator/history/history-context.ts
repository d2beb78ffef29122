/**
 * What an answer that rests on the journal alone is made of. A whole house has it too, and the thread that answers from the record
 * has nothing else: what such an answer says can never depend on what only the running coordinator knows.
 */
import type { Clock } from '../../shared/clock.ts';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { Journal } from '../journal/journal.ts';
import type { HistoricalSnapshots } from './requested-moment.ts';

export interface JournalContext {
  readonly journal: JournalReads;
  readonly clock: Clock;
  readonly scheduler: CooperativeScheduler;
  readonly version: string;
}

/** In the thread: also the rolls that were read. */
export interface HistoryContext extends JournalContext {
  readonly snapshots: HistoricalSnapshots;
}

export type JournalReads = Pick<
  Journal,
  'storeId' | 'history' | 'eventsAt' | 'eventPage' | 'durableRevision' | 'durable' | 'status'
>;
