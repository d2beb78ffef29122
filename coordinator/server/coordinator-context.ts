/** What the services read: the parts of a running coordinator, put together by main.ts. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { AgentSessions } from '../agents/agent-sessions.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { HistoryQueries } from '../history/history-queries.ts';
import type { AuthInterceptor } from '../identity/auth-interceptor.ts';
import type { Journal } from '../journal/journal.ts';
import type { RefusalCounter } from '../operations/refusal-counter.ts';

export interface CoordinatorContext {
  readonly evaluator: Evaluator;
  readonly sessions: AgentSessions;
  /** What every call passes first. */
  readonly authInterceptor: AuthInterceptor;
  readonly journal: Journal;
  /** Answers whatever rests on the journal alone. */
  readonly historyQueries: HistoryQueries;
  readonly clock: Clock;
  readonly scheduler: CooperativeScheduler;
  readonly counters: Counters;
  readonly refusals: RefusalCounter;
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
