/** How the history thread answers a method of the query service. A row of the RPC table contains one of these. */
import type { SnapshotAnswer } from '../../shared/answers/snapshot-answer.ts';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { DiffDependencies } from './diff-placements.ts';
import type { DecisionDependencies } from './explain-decision.ts';
import type { StatusDependencies } from './get-coordinator-status.ts';
import type { HistoricalSnapshotDependencies } from './historical-snapshots.ts';
import type { EventListDependencies } from './list-events.ts';
import type { TimelineDependencies } from './list-timelines.ts';

/** What answers from a snapshot need besides it, in the coordinator's main thread as in the history thread. */
export interface SnapshotDependencies extends StatusDependencies, DecisionDependencies {
  readonly journal: StatusDependencies['journal'] & DecisionDependencies['journal'];
  readonly scheduler: CooperativeScheduler;
}

/** What the history thread provides. */
export interface HistoryDependencies
  extends SnapshotDependencies,
    HistoricalSnapshotDependencies,
    DiffDependencies,
    EventListDependencies,
    TimelineDependencies {
  readonly journal: SnapshotDependencies['journal'] &
    HistoricalSnapshotDependencies['journal'] &
    DiffDependencies['journal'] &
    EventListDependencies['journal'] &
    TimelineDependencies['journal'];
}

/** The moment of a request about now, when everything up to it is durable. */
export interface LiveMoment {
  readonly asOf: AsOf;
  readonly isSynced: boolean;
}

/** Answered by the coordinator about now, and by the history thread about the past. */
export interface SnapshotRpc<Request, Response> {
  readonly source: 'either';
  readonly answer: SnapshotAnswer<Request, Response, SnapshotDependencies>;
}

/** Always answered by the history thread. */
export interface HistoryRpc<Request, Response> {
  readonly source: 'history';
  /** The request has a field `at`; for now, the handler needs the moment of now. */
  readonly needsNow?: true;
  /** `now` is set for requests about now, if `needsNow` is set. */
  readonly answer: (request: Request, dependencies: HistoryDependencies, now: LiveMoment | null) => Promise<Response>;
}
