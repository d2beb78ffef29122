/** Says why a node runs a DaemonSet or not: now, or at any moment that the journal keeps, from what held then. */
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import type { DecisionInputs as WireInputs } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import type { ExplainPlacementRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ExplainPlacementResponse } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { placementToWire } from '../../shared/rpc/wire.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import { daemonSetInputs, inputsToWire, nodeInputs } from '../history/decision-inputs.ts';
import { eventViews } from '../history/event-messages.ts';
import type { JournalContext, JournalReads } from '../history/history-context.ts';
import { whenDurable } from '../server/when-durable.ts';
import { asOfWords, type ClusterSnapshot, type NodeSnapshot, type PlacedDaemonSet } from './cluster-snapshot.ts';
import { placementView } from './messages.ts';
import { daemonSetOf, nodeOf } from './names.ts';

export async function explainPlacement(
  request: ExplainPlacementRequest__Output,
  snapshot: ClusterSnapshot,
  context: JournalContext,
): Promise<ExplainPlacementResponse> {
  const daemonSet = await daemonSetOf(request.daemonSet, snapshot);
  const node = await nodeOf(request.nodeName, snapshot);
  const { key, placed, warnings } = daemonSet;
  const pair = node.pair(key);
  if (placed === null || pair === undefined) throw neverInForce(key, snapshot);
  // All of it before the journal is waited for, so that the parts of the answer fit together.
  const explained = placed.compiled.explain(node.object);
  const known = {
    placement: placementToWire(key, node.name, explained),
    state: placementView(node, daemonSet),
    factsOrigin: node.origin,
    factsTime: timeToWire(node.observedMs),
    presence: presenceCodec.toWire(node.presence),
    warnings: [...warnings],
    engineVersion: PLACEMENT_ENGINE_VERSION,
    decidedDifferently: explained.verdict !== pair.verdict,
  };
  const { journal } = context;
  if (!snapshot.asOf.isFromJournal) await whenDurable(context, snapshot.asOf.revision);
  const inputs = await inputsOfSnapshot(node, placed, snapshot, journal);
  const [decision] = await journal.eventsAt([pair.effectiveRevision]);
  if (decision === undefined) return { ...known, inputs };
  const decided = await decidedOn(node.name, key, pair.effectiveRevision, journal);
  const [causedBy] = decision.cause.revision > 0 ? await journal.eventsAt([decision.cause.revision]) : [];
  const [decisionView, causeView] = await eventViews(journal, causedBy ? [decision, causedBy] : [decision]);
  const decisionInputs = decided && inputsToWire(decided.inputs);
  return {
    ...known,
    inputs,
    decision: decisionView ?? null,
    ...(causeView && { causingEvent: causeView }),
    ...(decisionInputs && { decisionInputs }),
  };
}

/** The row of a decision in force is kept before the horizon too; what it was made from need not be. */
async function decidedOn(node: string, key: DaemonSetKey, effectiveRevision: number, { past }: JournalReads) {
  const { revision: horizon } = await past.horizon();
  return effectiveRevision < horizon ? undefined : past.placementAt(node, key, effectiveRevision);
}

function neverInForce(key: string, { asOf }: ClusterSnapshot): RollcallError {
  const message = `DaemonSet ${key} was never in force${asOfWords(asOf)}: its manifest was refused`;
  return new RollcallError('UNKNOWN_DAEMON_SET', message);
}

/** Only the journal knows which row brought the facts of now. */
async function inputsOfSnapshot(
  node: NodeSnapshot,
  placed: PlacedDaemonSet,
  snapshot: ClusterSnapshot,
  journal: JournalReads,
): Promise<WireInputs> {
  const { facts, origin, source, observedMs } = node;
  const effectiveRevision =
    node.factsRevision || ((await journal.past.nodeAt(node.name, snapshot.asOf.revision))?.effectiveRevision ?? 0);
  return {
    ...nodeInputs({ facts, origin, source, observedMs, effectiveRevision }),
    ...daemonSetInputs(placed.record, placed.effectiveRevision),
  };
}
