/** The questions that the journal alone can answer, each with what answers it, and the answer as the bytes that are sent. */

import type { MethodDefinition } from '@grpc/grpc-js';
import { getDaemonSet, listDaemonSets } from '../../shared/answers/list-daemon-sets.ts';
import { listDrifts } from '../../shared/answers/list-drifts.ts';
import { getNode, listNodes } from '../../shared/answers/list-nodes.ts';
import { type ListHandler, type ListRequest, readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { listPlacements } from '../../shared/answers/list-placements.ts';
import { planBase, planPlacements } from '../../shared/answers/plan-placements.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import type { PlanPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import { serializedCooperatively } from '../server/serialized.ts';
import { diffPlacements } from './diff-placements.ts';
import { explainDecision } from './explain-decision.ts';
import { getStatusWithJournal } from './get-status.ts';
import type { HistoryContext } from './history-context.ts';
import { listEvents } from './list-events.ts';
import { listTimelines } from './list-timelines.ts';
import { historicalSnapshotOf } from './requested-moment.ts';

export interface HistoryRequest {
  readonly method: HistoryMethod;
  readonly request: object;
  /** Set where now is meant, and all that now rests on is on disk. */
  readonly now: PresentMoment | null;
}

/** Of a moment that the running coordinator was at. */
export interface PresentMoment {
  readonly asOf: AsOf;
  readonly isSynced: boolean;
}

type HistoryHandler = (request: never, context: HistoryContext, now: PresentMoment | null) => Promise<object>;

const ANSWERS = {
  GetStatus: ofMoment(getStatusWithJournal),
  ListDaemonSets: listOfMoment('ListDaemonSets', listDaemonSets),
  GetDaemonSet: ofMoment(getDaemonSet),
  ListNodes: listOfMoment('ListNodes', listNodes),
  GetNode: ofMoment(getNode),
  ListPlacements: listOfMoment('ListPlacements', listPlacements),
  ExplainPlacement: ofMoment(explainDecision),
  ListDrifts: listOfMoment('ListDrifts', listDrifts),
  DiffPlacements: diffPlacements,
  ListTimelines: listTimelines,
  ListEvents: listEvents,
  PlanPlacements: planOfMoment,
} satisfies Record<string, HistoryHandler>;

export type HistoryMethod = keyof typeof ANSWERS;

/** @throws RollcallError or JournalError as the method does. */
export async function answerFromHistory(
  { method, request, now }: HistoryRequest,
  context: HistoryContext,
): Promise<Buffer> {
  const answer: HistoryHandler = ANSWERS[method];
  const { responseSerialize } = QueryService.service[method] as MethodDefinition<object, object>;
  return serializedCooperatively(await answer(request as never, context, now), responseSerialize, context.scheduler);
}

type MomentRequest = { readonly at: WireMoment | null };

function ofMoment<Request extends MomentRequest>(
  handler: (request: Request, snapshot: ClusterSnapshot, context: HistoryContext) => Promise<object>,
) {
  return async (request: Request, context: HistoryContext) => {
    const snapshot = await historicalSnapshotOf(request.at, context);
    return { ...(await handler(request, snapshot, context)), asOf: asOfToWire(snapshot.asOf) };
  };
}

/** Every page is of the moment of the first one. */
function listOfMoment<Request extends ListRequest, Items extends object>(
  method: string,
  handler: ListHandler<Request, Items, HistoryContext>,
) {
  return async (request: Request, context: HistoryContext) => {
    const last = readPlace(method, request);
    const snapshot = await historicalSnapshotOf(request.at, context, last?.revision);
    const { items, lastKey } = await handler(request, snapshot, last, context);
    const nextPageToken = writePlace(method, request, { lastKey, revision: snapshot.asOf.revision });
    return { ...items, nextPageToken, asOf: asOfToWire(snapshot.asOf) };
  };
}

async function planOfMoment(
  request: PlanPlacementsRequest__Output,
  context: HistoryContext,
  now: PresentMoment | null,
) {
  const snapshot = now === null ? await historicalSnapshotOf(request.at, context) : context.snapshots.at(now.asOf);
  const base = await planBase(snapshot, now?.isSynced ?? snapshot.isSynced);
  return { ...(await context.scheduler.finished(planPlacements(request, base))), asOf: asOfToWire(snapshot.asOf) };
}
