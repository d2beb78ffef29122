/** Explains a placement with what only the journal has: the decision, its cause and its inputs. */

import { explainPlacement, type PlacementExplanation } from '../../shared/answers/explain-placement.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { DecisionInputs as WireInputs } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import type { ExplainPlacementRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ExplainPlacementResponse } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { whenDurable } from '../server/when-durable.ts';
import { daemonSetInputs, inputsToWire, nodeInputs } from './decision-inputs.ts';
import { eventsToWire } from './event-messages.ts';
import type { JournalContext, JournalReads } from './history-context.ts';

export async function explainDecision(
  request: ExplainPlacementRequest__Output,
  snapshot: ClusterSnapshot,
  context: JournalContext,
): Promise<ExplainPlacementResponse> {
  // Before the journal is awaited, so that the parts of the answer belong to one moment.
  const explained = await explainPlacement(request, snapshot);
  const { response: known, node, placed, pair } = explained;
  const { journal } = context;
  if (!snapshot.asOf.isFromJournal) await whenDurable(context, snapshot.asOf.revision);
  const inputs = await inputsOfSnapshot(explained, snapshot, journal);
  const [decision] = await journal.eventsAt([pair.effectiveRevision]);
  if (decision === undefined) return { ...known, inputs };
  const decided = await decidedOn(node.name, placed.record.key, pair.effectiveRevision, journal);
  const [causedBy] = decision.cause.revision > 0 ? await journal.eventsAt([decision.cause.revision]) : [];
  const [decisionView, causeView] = await eventsToWire(journal, causedBy ? [decision, causedBy] : [decision]);
  const decisionInputs = decided && inputsToWire(decided.inputs);
  return {
    ...known,
    inputs,
    decision: decisionView ?? null,
    ...(causeView && { causingEvent: causeView }),
    ...(decisionInputs && { decisionInputs }),
  };
}

/** A decision in force is kept in a pruned journal too, but its inputs may have been pruned. */
async function decidedOn(node: string, key: DaemonSetKey, effectiveRevision: number, { history }: JournalReads) {
  const { revision: horizon } = await history.horizon();
  return effectiveRevision < horizon ? undefined : history.placementAt(node, key, effectiveRevision);
}

async function inputsOfSnapshot(
  { node, placed }: PlacementExplanation,
  snapshot: ClusterSnapshot,
  journal: JournalReads,
): Promise<WireInputs> {
  const { facts, origin, source, observedMs } = node;
  const effectiveRevision =
    node.factsRevision || ((await journal.history.nodeAt(node.name, snapshot.asOf.revision))?.effectiveRevision ?? 0);
  return {
    ...nodeInputs({ facts, origin, source, observedMs, effectiveRevision }),
    ...daemonSetInputs(placed.record, placed.effectiveRevision),
  };
}
