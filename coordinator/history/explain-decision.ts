/** Explains a placement with what only the journal has: the decision, its cause and its inputs. */
import { explainPlacement, type PlacementExplanation } from '../../shared/answers/explain-placement.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { DecisionInputs as WireInputs } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import type { ExplainPlacementRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ExplainPlacementResponse } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { daemonSetInputsToWire, inputsToWire, nodeInputsToWire } from './decision-inputs-to-wire.ts';
import { eventsToWire } from './events-to-wire.ts';
import type { JournalPart } from './journal-reads.ts';

export interface DecisionDependencies {
  readonly journal: JournalPart<'eventsAt', 'horizon' | 'placementAt' | 'nodeAt'>;
  /** Resolves when everything up to the revision can be read from the journal. */
  readonly whenDurable: (revision: number) => Promise<void>;
}

export async function explainDecision(
  request: ExplainPlacementRequest__Output,
  snapshot: ClusterSnapshot,
  { journal, whenDurable }: DecisionDependencies,
): Promise<ExplainPlacementResponse> {
  // Before anything else is awaited, so that the parts of the answer belong to one moment.
  const explanation = await explainPlacement(request, snapshot);
  const { response, node, placed, pair } = explanation;
  if (!snapshot.asOf.isFromJournal) await whenDurable(snapshot.asOf.revision);
  const inputs = await inputsOfSnapshot(explanation, snapshot, journal);
  const [decision] = await journal.eventsAt([pair.effectiveRevision]);
  if (decision === undefined) return { ...response, inputs };
  const decided = await decisionAt(node.name, placed.record.key, pair.effectiveRevision, journal);
  const [cause] = decision.cause.revision > 0 ? await journal.eventsAt([decision.cause.revision]) : [];
  const [wireDecision, wireCause] = await eventsToWire(journal, cause ? [decision, cause] : [decision]);
  const decisionInputs = decided && inputsToWire(decided.inputs);
  return {
    ...response,
    inputs,
    decision: wireDecision ?? null,
    ...(wireCause && { causingEvent: wireCause }),
    ...(decisionInputs && { decisionInputs }),
  };
}

/** A decision in force is never pruned, but its inputs may be. */
async function decisionAt(
  node: string,
  key: DaemonSetKey,
  effectiveRevision: number,
  { history }: DecisionDependencies['journal'],
) {
  const { revision: horizon } = await history.horizon();
  return effectiveRevision < horizon ? undefined : history.placementAt(node, key, effectiveRevision);
}

async function inputsOfSnapshot(
  { node, placed }: PlacementExplanation,
  { asOf }: ClusterSnapshot,
  { history }: DecisionDependencies['journal'],
): Promise<WireInputs> {
  const { facts, origin, source, observedMs } = node;
  const effectiveRevision =
    node.factsRevision || ((await history.nodeAt(node.name, asOf.revision))?.effectiveRevision ?? 0);
  return {
    ...nodeInputsToWire({ facts, origin, source, observedMs, effectiveRevision }),
    ...daemonSetInputsToWire(placed.record, placed.effectiveRevision),
  };
}
