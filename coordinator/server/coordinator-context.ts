/** What the services read: the parts of a running coordinator, put together by main.ts. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Gate } from '../identity/auth-interceptor.ts';
import type { Journal } from '../journal/journal.ts';
import type { RefusalTally } from '../operations/refusal-tally.ts';
import type { Sessions } from '../agents/sessions.ts';
import type { Answering } from '../history/history-queries.ts';
import type { AnswerTurns } from '../../shared/cooperative-scheduler.ts';

export interface House {
  readonly evaluator: Evaluator;
  readonly sessions: Sessions;
  /** What every call passes first. */
  readonly gate: Gate;
  readonly journal: Journal;
  /** Answers whatever rests on the journal alone. */
  readonly answering: Answering;
  readonly clock: Clock;
  readonly turns: AnswerTurns;
  readonly counters: Counters;
  readonly refusals: RefusalTally;
  readonly log: Logger;
  readonly version: string;
  readonly startedMs: number;
  readonly leaseMs: number;
  readonly randomId: () => string;
  /** What ends each open watch when the coordinator stops; a watch takes itself out when it ends. */
  readonly watches: Set<() => void>;
  /** What ends each check, export and backup that runs. */
  readonly audits: Set<() => void>;
}
