/**
 * Asks a coordinator. Every answer comes back whole, page after page, and every failure as one
 * expected error. Only what needs a coordinator may load this: gRPC takes a while.
 */
import { type ClientUnaryCall, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { Agent__Output } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { DaemonSet__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DaemonSetRef } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import type { Drift__Output } from '../../shared/rpc/generated/rollcall/v1/Drift.ts';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { ExplainPlacementResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import type { GetStatusResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { ListAgentsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { ListDaemonSetsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListDaemonSetsResponse.ts';
import type { ListDriftsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListDriftsResponse.ts';
import type { ListEventsRequest } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { ListEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsResponse.ts';
import type { ListNodesResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesResponse.ts';
import type { ListPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListPlacementsResponse.ts';
import type { Node__Output } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState__Output } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import type { PlanPlacementsRequest } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import type { PlanPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsResponse.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { durationText } from '../output/time.ts';
import { present } from '../view/present.ts';

/** The largest page that a coordinator gives: fewer round trips, and far below the size of a message. */
const PAGE_SIZE = 1000;

export interface Connection {
  /** `host:port`. */
  readonly server: string;
  /** For each call, and each page of a list. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

/** Which pairs a list is about; all where it is left out. */
export interface PairFilter {
  readonly daemonSet?: DaemonSetRef;
  readonly nodeName?: string;
}

interface Page {
  readonly pageSize: number;
  readonly pageToken: string;
}

type Unary<Answer> = (callback: (error: ServiceError | null, answer?: Answer) => void) => ClientUnaryCall;

export function connect(connection: Connection): Coordinator {
  return new Coordinator(connection);
}

export class Coordinator {
  readonly #connection: Connection;
  readonly #client: QueryServiceClient;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#client = new QueryService(connection.server, credentials.createInsecure(), CLIENT_OPTIONS);
  }

  close(): void {
    this.#client.close();
  }

  getStatus(): Promise<GetStatusResponse__Output> {
    return this.#call((callback) => this.#client.getStatus({}, callback));
  }

  listDaemonSets(): Promise<DaemonSet__Output[]> {
    return this.#pages<ListDaemonSetsResponse__Output, DaemonSet__Output>(
      (page, callback) => this.#client.listDaemonSets(page, callback),
      ({ daemonSets }) => daemonSets,
    );
  }

  async getDaemonSet(daemonSet: DaemonSetRef): Promise<DaemonSet__Output> {
    const answer = await this.#call<{ daemonSet: DaemonSet__Output | null }>((callback) =>
      this.#client.getDaemonSet({ daemonSet }, callback),
    );
    return present(answer.daemonSet, 'daemon_set');
  }

  listNodes(): Promise<Node__Output[]> {
    return this.#pages<ListNodesResponse__Output, Node__Output>(
      (page, callback) => this.#client.listNodes(page, callback),
      ({ nodes }) => nodes,
    );
  }

  async getNode(nodeName: string): Promise<Node__Output> {
    const answer = await this.#call<{ node: Node__Output | null }>((callback) =>
      this.#client.getNode({ nodeName }, callback),
    );
    return present(answer.node, 'node');
  }

  listPlacements(filter: PairFilter): Promise<PlacementState__Output[]> {
    return this.#pages<ListPlacementsResponse__Output, PlacementState__Output>(
      (page, callback) => this.#client.listPlacements({ ...filter, ...page }, callback),
      ({ placements }) => placements,
    );
  }

  listDrifts(filter: PairFilter): Promise<Drift__Output[]> {
    return this.#pages<ListDriftsResponse__Output, Drift__Output>(
      (page, callback) => this.#client.listDrifts({ ...filter, ...page }, callback),
      ({ drifts }) => drifts,
    );
  }

  listAgents(): Promise<Agent__Output[]> {
    return this.#pages<ListAgentsResponse__Output, Agent__Output>(
      (page, callback) => this.#client.listAgents(page, callback),
      ({ agents }) => agents,
    );
  }

  explainPlacement(daemonSet: DaemonSetRef, nodeName: string): Promise<ExplainPlacementResponse__Output> {
    return this.#call((callback) => this.#client.explainPlacement({ daemonSet, nodeName }, callback));
  }

  /** At most `limit` rows. */
  listEvents(request: ListEventsRequest, limit: number): Promise<Event__Output[]> {
    return this.#pages<ListEventsResponse__Output, Event__Output>(
      (page, callback) => this.#client.listEvents({ ...request, ...page }, callback),
      ({ events }) => events,
      limit,
    );
  }

  planPlacements(request: PlanPlacementsRequest): Promise<PlanPlacementsResponse__Output> {
    return this.#call((callback) => this.#client.planPlacements(request, callback));
  }

  /** Rows as they come, until the stream breaks (an error is thrown) or `signal` fires (it ends). */
  async *watchEvents(request: WatchEventsRequest, signal: AbortSignal): AsyncGenerator<WatchEventsResponse__Output> {
    if (signal.aborted) return;
    const stream = this.#client.watchEvents(request);
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const item of stream) yield item as WatchEventsResponse__Output;
    } catch (error) {
      if (!signal.aborted) throw this.#expected(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  async #pages<Answer extends { nextPageToken: string }, Item>(
    ask: (page: Page, ...rest: Parameters<Unary<Answer>>) => ClientUnaryCall,
    itemsOf: (answer: Answer) => readonly Item[],
    limit = Number.POSITIVE_INFINITY,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let pageToken = '';
    do {
      const page = { pageSize: Math.min(PAGE_SIZE, limit - items.length), pageToken };
      const answer = await this.#call<Answer>((callback) => ask(page, callback));
      items.push(...itemsOf(answer));
      pageToken = answer.nextPageToken;
    } while (pageToken !== '' && items.length < limit);
    return items;
  }

  #call<Answer>(start: Unary<Answer>): Promise<Answer> {
    const { clock, requestTimeoutMs, server } = this.#connection;
    return new Promise((resolve, reject) => {
      const call = start((error, answer) => {
        stopWaiting();
        if (error !== null || answer === undefined) reject(this.#expected(error));
        else resolve(answer);
      });
      const stopWaiting = clock.after(requestTimeoutMs, () => {
        const message = `${server} did not answer within ${timeoutText(requestTimeoutMs)}; see --request-timeout`;
        reject(new RollcallError('COORDINATOR_UNREACHABLE', message));
        call.cancel();
      });
    });
  }

  #expected(error: ServiceError | null): RollcallError {
    const { server } = this.#connection;
    if (error === null) return new RollcallError('INTERNAL', `${server} answered nothing at all`);
    const known = fromServiceError(error, 'INTERNAL');
    // A coordinator that gives its reason was reached, whatever the status.
    if (known.reason !== 'INTERNAL') return known;
    switch (error.code) {
      case status.UNAVAILABLE:
        return new RollcallError(
          'COORDINATOR_UNREACHABLE',
          `no coordinator answers at ${server}; start one, or name another with --server`,
        );
      case status.UNIMPLEMENTED:
        return new RollcallError(
          'PROTOCOL_UNSUPPORTED',
          `${server} does not answer this question: it is no coordinator, or an older one`,
        );
      case status.RESOURCE_EXHAUSTED:
        return new RollcallError(
          'ARGUMENT_INVALID',
          `the question or its answer is too large for one message: ${error.details}`,
        );
      default:
        return new RollcallError('INTERNAL', `${server} failed: ${error.details}`);
    }
  }
}

function timeoutText(ms: number): string {
  return ms % 1000 === 0 ? durationText(ms) : `${ms}ms`;
}
