/**
 * Client of the query service, for the present or for a moment in the past. Lists are returned in full; failures are
 * RollcallErrors. Load this file only where a coordinator is needed, because loading gRPC takes a while.
 */

import type { AsOf } from '../../shared/model/as-of.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { Agent__Output } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { AsOf__Output } from '../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { DaemonSet__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DaemonSetRef } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import type { DiffPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/DiffPlacementsResponse.ts';
import type { Drift__Output } from '../../shared/rpc/generated/rollcall/v1/Drift.ts';
import type { ExplainPlacementResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import type { GetDaemonSetResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetDaemonSetResponse.ts';
import type { GetNodeResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetNodeResponse.ts';
import type { GetStatusResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { ListAgentsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { ListDaemonSetsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListDaemonSetsResponse.ts';
import type { ListDriftsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListDriftsResponse.ts';
import type { ListEventsRequest } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { ListEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsResponse.ts';
import type { ListNodesResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesResponse.ts';
import type { ListPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListPlacementsResponse.ts';
import type { ListTimelinesResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListTimelinesResponse.ts';
import type { Node__Output } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState__Output } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import type { PlanPlacementsRequest } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import type { PlanPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsResponse.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { asOfFromWire, type Moment, momentToWire } from '../../shared/rpc/wire-moment.ts';
import { present } from '../view/wire-fields.ts';
import { type Connection, GrpcCalls } from './grpc-calls.ts';

/** Selects placements; an omitted field matches all. */
export interface PairFilter {
  readonly daemonSet?: DaemonSetRef;
  readonly nodeName?: string;
}

/** `from` defaults to the retention horizon; `null` for `to` means now. */
export interface TimelineQuestion extends PairFilter {
  readonly from?: Moment | null;
  readonly to: Moment | null;
}

/** `null` for `to` means now. */
export interface DifferenceQuestion extends PairFilter {
  readonly from: Moment;
  readonly to: Moment | null;
  readonly namespace: string;
}

/** Queries answer as of `at`; `null` means now. */
export function connectQueryClient(connection: Connection, at: Moment | null = null): QueryClient {
  const { server, security } = connection;
  const client = new QueryService(server, security.credentials, { ...CLIENT_OPTIONS, ...security.options });
  return new QueryClient(new GrpcCalls(connection), client, at);
}

export class QueryClient {
  readonly #calls: GrpcCalls;
  readonly #client: QueryServiceClient;
  readonly #at: { readonly at?: ReturnType<typeof momentToWire> };
  #asOf: AsOf | null = null;

  constructor(calls: GrpcCalls, client: QueryServiceClient, at: Moment | null) {
    this.#calls = calls;
    this.#client = client;
    this.#at = at === null ? {} : { at: momentToWire(at) };
  }

  /** A client on the same connection whose queries answer as of `moment`. */
  at(moment: Moment): QueryClient {
    return new QueryClient(this.#calls, this.#client, moment);
  }

  /** The moment of the last response; `null` if the coordinator did not return one. */
  get asOf(): AsOf | null {
    return this.#asOf;
  }

  get isPast(): boolean {
    return this.#at.at !== undefined;
  }

  /** Whether a call has succeeded. */
  get hasAnswered(): boolean {
    return this.#calls.hasAnswered;
  }

  close(): void {
    this.#client.close();
  }

  getStatus(): Promise<GetStatusResponse__Output> {
    return this.#dated(this.#calls.unary((callback) => this.#client.getStatus(this.#at, callback)));
  }

  listDaemonSets(): Promise<DaemonSet__Output[]> {
    return this.#all(
      this.#calls.pages<ListDaemonSetsResponse__Output, DaemonSet__Output>(
        (page, callback) => this.#client.listDaemonSets({ ...page, ...this.#at }, callback),
        ({ daemonSets }) => daemonSets,
      ),
    );
  }

  async getDaemonSet(daemonSet: DaemonSetRef): Promise<DaemonSet__Output> {
    const answer = await this.#dated(
      this.#calls.unary<GetDaemonSetResponse__Output>((callback) =>
        this.#client.getDaemonSet({ daemonSet, ...this.#at }, callback),
      ),
    );
    return present(answer.daemonSet, 'daemon_set');
  }

  listNodes(): Promise<Node__Output[]> {
    return this.#all(
      this.#calls.pages<ListNodesResponse__Output, Node__Output>(
        (page, callback) => this.#client.listNodes({ ...page, ...this.#at }, callback),
        ({ nodes }) => nodes,
      ),
    );
  }

  async getNode(nodeName: string): Promise<Node__Output> {
    const answer = await this.#dated(
      this.#calls.unary<GetNodeResponse__Output>((callback) =>
        this.#client.getNode({ nodeName, ...this.#at }, callback),
      ),
    );
    return present(answer.node, 'node');
  }

  listPlacements(filter: PairFilter): Promise<PlacementState__Output[]> {
    return this.#all(
      this.#calls.pages<ListPlacementsResponse__Output, PlacementState__Output>(
        (page, callback) => this.#client.listPlacements({ ...filter, ...page, ...this.#at }, callback),
        ({ placements }) => placements,
      ),
    );
  }

  listDrifts(filter: PairFilter): Promise<Drift__Output[]> {
    return this.#all(
      this.#calls.pages<ListDriftsResponse__Output, Drift__Output>(
        (page, callback) => this.#client.listDrifts({ ...filter, ...page, ...this.#at }, callback),
        ({ drifts }) => drifts,
      ),
    );
  }

  /** Always the present state, because sessions are not recorded. */
  listAgents(): Promise<Agent__Output[]> {
    return itemsOf(
      this.#calls.pages<ListAgentsResponse__Output, Agent__Output>(
        (page, callback) => this.#client.listAgents(page, callback),
        ({ agents }) => agents,
      ),
    );
  }

  explainPlacement(daemonSet: DaemonSetRef, nodeName: string): Promise<ExplainPlacementResponse__Output> {
    return this.#dated(
      this.#calls.unary((callback) => this.#client.explainPlacement({ daemonSet, nodeName, ...this.#at }, callback)),
    );
  }

  /** Yields pages with at most `limit` events in total. A page may be empty without being the last. */
  async *listEvents(request: ListEventsRequest, limit: number): AsyncGenerator<ListEventsResponse__Output> {
    const pages = this.#calls.pages<ListEventsResponse__Output, unknown>(
      (page, callback) => this.#client.listEvents({ ...request, ...page }, callback),
      ({ events }) => events,
      limit,
    );
    for await (const { answer } of pages) yield answer;
  }

  /** Returns at least one page; all pages cover the same time range. */
  async listTimelines({ from, to, ...filter }: TimelineQuestion): Promise<ListTimelinesResponse__Output[]> {
    const range = { ...(from && { from: momentToWire(from) }), ...(to && { to: momentToWire(to) }) };
    const pages = this.#calls.pages<ListTimelinesResponse__Output, unknown>(
      (page, callback) => this.#client.listTimelines({ ...filter, ...range, ...page }, callback),
      ({ timelines }) => timelines,
    );
    return answersOf(pages);
  }

  /** Returns at least one page; all pages compare the same two moments. */
  async diffPlacements({ from, to, ...filter }: DifferenceQuestion): Promise<DiffPlacementsResponse__Output[]> {
    const moments = { from: momentToWire(from), ...(to && { to: momentToWire(to) }) };
    const pages = this.#calls.pages<DiffPlacementsResponse__Output, unknown>(
      (page, callback) => this.#client.diffPlacements({ ...filter, ...moments, ...page }, callback),
      ({ differences }) => differences,
    );
    return answersOf(pages);
  }

  planPlacements(request: PlanPlacementsRequest): Promise<PlanPlacementsResponse__Output> {
    return this.#dated(
      this.#calls.unary((callback) => this.#client.planPlacements({ ...request, ...this.#at }, callback)),
    );
  }

  /** Yields events until `signal` aborts. @throws RollcallError when the stream breaks */
  watchEvents(request: WatchEventsRequest, signal: AbortSignal): AsyncGenerator<WatchEventsResponse__Output> {
    return this.#calls.stream(() => this.#client.watchEvents(request), signal);
  }

  async #dated<Answer extends { asOf: AsOf__Output | null }>(answered: Promise<Answer>): Promise<Answer> {
    const answer = await answered;
    this.#remember(answer);
    return answer;
  }

  async #all<Answer extends { asOf: AsOf__Output | null }, Item>(
    pages: AsyncGenerator<{ readonly answer: Answer; readonly items: readonly Item[] }>,
  ): Promise<Item[]> {
    const all: Item[] = [];
    for await (const { answer, items } of pages) {
      this.#remember(answer);
      all.push(...items);
    }
    return all;
  }

  #remember({ asOf }: { asOf: AsOf__Output | null }): void {
    if (asOf !== null) this.#asOf = asOfFromWire(asOf);
  }
}

async function itemsOf<Item>(pages: AsyncGenerator<{ readonly items: readonly Item[] }>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const { items } of pages) all.push(...items);
  return all;
}

async function answersOf<Answer>(pages: AsyncGenerator<{ readonly answer: Answer }>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const { answer } of pages) answers.push(answer);
  return answers;
}
