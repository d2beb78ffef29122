/** The questions that the journal alone can answer, each with what answers it, and the answer as the bytes that are sent. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import type { PlanPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import { type AsOf, asOfToWire } from '../../shared/rpc/wire-moment.ts';
import { diffPlacements } from './diff-placements.ts';
import { explainPlacement } from '../answers/explain-placement.ts';
import { getStatus } from '../answers/get-status.ts';
import { getDaemonSet, listDaemonSets } from '../answers/list-daemon-sets.ts';
import { listDrifts } from '../answers/list-drifts.ts';
import { listEvents } from './list-events.ts';
import { getNode, listNodes } from '../answers/list-nodes.ts';
import { type ListHandler, type ListRequest, readPlace, writePlace } from '../answers/list-page.ts';
import { listPlacements } from '../answers/list-placements.ts';
import { listTimelines } from './list-timelines.ts';
import { planBase, planPlacements } from '../answers/plan-placements.ts';
import { pastRollOf } from './requested-moment.ts';
import type { Roll } from '../answers/cluster-snapshot.ts';
import { serializedInTurns } from '../server/serialized.ts';
import type { AnsweringHouse } from './history-context.ts';

export interface RecordQuestion {
  readonly method: RecordMethod;
  readonly request: object;
  /** Set where now is meant, and all that now rests on is on disk. */
  readonly now: RecordedNow | null;
}

/** Of a moment that the running coordinator was at. */
export interface RecordedNow {
  readonly asOf: AsOf;
  readonly isSynced: boolean;
}

type RecordAnswer = (request: never, house: AnsweringHouse, now: RecordedNow | null) => Promise<object>;

const ANSWERS = {
  GetStatus: ofMoment(getStatus),
  ListDaemonSets: listOfMoment('ListDaemonSets', listDaemonSets),
  GetDaemonSet: ofMoment(getDaemonSet),
  ListNodes: listOfMoment('ListNodes', listNodes),
  GetNode: ofMoment(getNode),
  ListPlacements: listOfMoment('ListPlacements', listPlacements),
  ExplainPlacement: ofMoment(explainPlacement),
  ListDrifts: listOfMoment('ListDrifts', listDrifts),
  DiffPlacements: diffPlacements,
  ListTimelines: listTimelines,
  ListEvents: listEvents,
  PlanPlacements: planOfMoment,
} satisfies Record<string, RecordAnswer>;

export type RecordMethod = keyof typeof ANSWERS;

/** @throws RollcallError or JournalError as the method does. */
export async function answerFromRecord(
  { method, request, now }: RecordQuestion,
  house: AnsweringHouse,
): Promise<Buffer> {
  const answer: RecordAnswer = ANSWERS[method];
  const { responseSerialize } = QueryService.service[method] as MethodDefinition<object, object>;
  return serializedInTurns(await answer(request as never, house, now), responseSerialize, house.turns);
}

type MomentRequest = { readonly at: WireMoment | null };

function ofMoment<Request extends MomentRequest>(
  handler: (request: Request, roll: Roll, house: AnsweringHouse) => Promise<object>,
) {
  return async (request: Request, house: AnsweringHouse) => {
    const roll = await pastRollOf(request.at, house);
    return { ...(await handler(request, roll, house)), asOf: asOfToWire(roll.asOf) };
  };
}

/** Every page is of the moment of the first one. */
function listOfMoment<Request extends ListRequest, Items extends object>(
  method: string,
  handler: ListHandler<Request, Items, AnsweringHouse>,
) {
  return async (request: Request, house: AnsweringHouse) => {
    const last = readPlace(method, request);
    const roll = await pastRollOf(request.at, house, last?.revision);
    const { items, lastKey } = await handler(request, roll, last, house);
    const nextPageToken = writePlace(method, request, { lastKey, revision: roll.asOf.revision });
    return { ...items, nextPageToken, asOf: asOfToWire(roll.asOf) };
  };
}

async function planOfMoment(request: PlanPlacementsRequest__Output, house: AnsweringHouse, now: RecordedNow | null) {
  const roll = now === null ? await pastRollOf(request.at, house) : house.pastRolls.at(now.asOf);
  const base = await planBase(roll, now?.isSynced ?? roll.isSynced);
  return { ...(await house.turns.finished(planPlacements(request, base))), asOf: asOfToWire(roll.asOf) };
}
