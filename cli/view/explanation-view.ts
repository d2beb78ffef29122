/** The explanation of a placement and its JSON: the decision with every reason, and the current state. */

import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { PlacementResult } from '../../shared/placement/types.ts';
import type { ExplainPlacementResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { placementFromWire } from '../../shared/rpc/wire.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import { problemView } from './daemon-set-view.ts';
import { type EventView, eventView } from './event-view.ts';
import { type InputsView, inputsView } from './inputs-view.ts';
import { type PlacementView, placementView } from './placement-view.ts';
import { present, timeView, UNKNOWN } from './wire-fields.ts';

/** Whether the node is selected is among the answers, and whether its taints are tolerated among the reasons. */
type Decision = Omit<PlacementResult, 'selected' | 'tolerated'>;

export interface ExplanationView extends Omit<PlacementView, 'summary'>, Decision {
  /** The event of the decision in force; `null` if it is unknown. */
  readonly decision: EventView | null;
  /** The presence of the node's agent. */
  readonly presence: Presence | typeof UNKNOWN;
  /** `agent` or `roll`. */
  readonly factsOrigin: string;
  readonly factsTime: string | null;
  /** Warnings about the manifest, for any node. */
  readonly warnings: readonly ManifestProblem[];
  /** The event that caused the decision; `null` if there is none or it was pruned. */
  readonly causingEvent: EventView | null;
  /** The inputs of the reasons, and the version of the engine that found them. */
  readonly inputs: InputsView | null;
  readonly engineVersion: string;
  /** The inputs of the decision in force; `null` if they were pruned. */
  readonly decisionInputs: InputsView | null;
  /** True if the current engine would decide differently. */
  readonly decidedDifferently: boolean;
}

/** An explanation with the newest write to the cluster for the pair; `null` where the coordinator does not own DaemonSets. */
export type ExplanationWithWrite = ExplanationView & { readonly lastWrite: EventView | null };

export function explanationView(wire: ExplainPlacementResponse__Output): ExplanationView {
  const { summary: _summary, ...state } = placementView(present(wire.state, 'state'));
  const {
    selected: _selected,
    tolerated: _tolerated,
    ...decision
  } = placementFromWire(present(wire.placement, 'placement'));
  return {
    ...state,
    ...decision,
    decision: wire.decision && eventView(wire.decision),
    presence: presenceCodec.fromWire(wire.presence) ?? UNKNOWN,
    factsOrigin: wire.factsOrigin,
    factsTime: timeView(wire.factsTime),
    warnings: wire.warnings.map(problemView),
    causingEvent: wire.causingEvent && eventView(wire.causingEvent),
    inputs: wire.inputs && inputsView(wire.inputs),
    engineVersion: wire.engineVersion,
    decisionInputs: wire.decisionInputs && inputsView(wire.decisionInputs),
    decidedDifferently: wire.decidedDifferently,
  };
}
