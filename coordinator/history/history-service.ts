/** Answers queries from the journal with a reader of its own. It runs in the history thread. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { serializeCooperatively } from '../../shared/answers/serialize-answer.ts';
import type { MomentRequest } from '../../shared/answers/snapshot-answer.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import { JOURNAL_ERRORS } from '../journal/base/journal-error.ts';
import type { JournalLimits } from '../journal/base/limits.ts';
import type { JournalStatus } from '../journal/journal-options.ts';
import { journalHistory } from '../journal/read/journal-history.ts';
import { createReaderService, READER_METHODS } from '../journal/read/reader-service.ts';
import { methodNames } from '../threads/method-names.ts';
import { localPort } from '../threads/thread-port.ts';
import { HistoricalSnapshots, historicalSnapshotOf } from './historical-snapshots.ts';
import type { HistoryDependencies, HistoryRpc, LiveMoment, SnapshotRpc } from './history-rpc.ts';
import type { JournalReads } from './journal-reads.ts';
import { ROLLCALL_ERRORS } from './rollcall-errors.ts';

/** The rows of the query service, by method. */
export type HistoryRpcs = Readonly<
  Record<string, HistoryRpc<never, object> | SnapshotRpc<never, object> | { readonly source: 'live' }>
>;

export interface HistoryServiceOptions {
  /** Path of the journal. */
  readonly file: string;
  readonly limits: JournalLimits;
  readonly storeId: string;
  /** Version of the coordinator. */
  readonly version: string;
}

export interface HistoryQuery {
  readonly method: string;
  readonly request: object;
  /** Set for a request about now, if the method needs it. */
  readonly now: LiveMoment | null;
}

/** State of the coordinator when it sends a query. */
export interface CoordinatorState {
  readonly nowMs: number;
  readonly durableRevision: number;
  readonly journalStatus: JournalStatus;
}

export class HistoryService {
  readonly #rpcs: HistoryRpcs;
  readonly #reader = createReaderService();
  #dependencies: HistoryDependencies | undefined;
  #state: CoordinatorState | undefined;

  constructor(rpcs: HistoryRpcs) {
    this.#rpcs = rpcs;
  }

  open(options: HistoryServiceOptions): void {
    this.#reader.open(options.file, options.limits);
    this.#dependencies = this.#wire(options);
  }

  /** Returns the serialized response. @throws RollcallError or JournalError, as the method does */
  async answer({ method, request, now }: HistoryQuery, state: CoordinatorState): Promise<Buffer> {
    if (this.#dependencies === undefined) throw new Error('the journal is not open');
    this.#state = state;
    const response = await this.#respond(method, request as never, now, this.#dependencies);
    const { responseSerialize } = QueryService.service[method] as MethodDefinition<object, object>;
    return serializeCooperatively(response, responseSerialize, this.#dependencies.scheduler);
  }

  close(): void {
    this.#reader.close();
  }

  async #respond(
    method: string,
    request: never,
    now: LiveMoment | null,
    dependencies: HistoryDependencies,
  ): Promise<object> {
    const rpc = this.#rpcs[method];
    if (rpc === undefined || rpc.source === 'live') throw new Error(`${method} cannot be answered from the journal`);
    if (rpc.source === 'history') return rpc.answer(request, dependencies, now);
    const { at } = request as MomentRequest;
    const snapshot = await historicalSnapshotOf(at, dependencies, rpc.answer.pinnedRevision(request));
    return rpc.answer.answer(request, snapshot, dependencies);
  }

  #wire({ storeId, version }: HistoryServiceOptions): HistoryDependencies {
    const stateOf = () => this.#currentState;
    const clock: Clock = { ...systemClock, nowMs: () => stateOf().nowMs };
    const reader = localPort(this.#reader, READER_METHODS, [JOURNAL_ERRORS]);
    const history = journalHistory(reader, () => Promise.resolve(reader), clock);
    const { eventsAt, eventPage } = reader;
    const journal: JournalReads = {
      storeId,
      history,
      eventsAt,
      eventPage,
      status: () => stateOf().journalStatus,
      get durableRevision() {
        return stateOf().durableRevision;
      },
    };
    const scheduler = new CooperativeScheduler(clock);
    const snapshots = new HistoricalSnapshots({ history, nodes: this.#reader, scheduler });
    // Everything that this thread can read is durable.
    const whenDurable = () => Promise.resolve();
    return { journal, snapshots, clock, scheduler, version, whenDurable, liveStatus: null };
  }

  get #currentState(): CoordinatorState {
    if (this.#state === undefined) throw new Error('no query has been received yet');
    return this.#state;
  }
}

export const HISTORY_METHODS = methodNames(HistoryService);
export const HISTORY_ERRORS = [JOURNAL_ERRORS, ROLLCALL_ERRORS];
