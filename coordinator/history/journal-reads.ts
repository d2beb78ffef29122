/** The part of the journal that answers read. Each handler names the members that it uses. */
import type { Journal } from '../journal/journal.ts';

export type JournalReads = Pick<
  Journal,
  'storeId' | 'history' | 'eventsAt' | 'eventPage' | 'durableRevision' | 'status'
>;

/** The members of `JournalReads`, and of the past that it reads, that a handler uses. */
export type JournalPart<
  Member extends Exclude<keyof JournalReads, 'history'>,
  PastMember extends keyof JournalReads['history'],
> = Pick<JournalReads, Member> & { readonly history: Pick<JournalReads['history'], PastMember> };
