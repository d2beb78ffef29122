/** What audits read of the journal. */
import type { Journal } from '../journal/journal.ts';

export type AuditJournal = Pick<
  Journal,
  'storeId' | 'history' | 'audit' | 'eventsAt' | 'durableRevision' | 'status' | 'head'
>;

export interface AuditDependencies {
  readonly journal: AuditJournal;
  readonly randomId: () => string;
}
