/** Everything about one pair: the decision with every reason, and what became of it. Also what `why -o json` shows. */

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
  /** The journal row of the decision in force; `null` where it is not known. */
  readonly decision: EventView | null;
  /** Whether the node answers, and how old what is known of it is. */
  readonly presence: Presence | typeof UNKNOWN;
  /** `agent` or `roll`. */
  readonly factsOrigin: string;
  readonly factsTime: string | null;
  /** About the manifest, whatever the node. */
  readonly warnings: readonly ManifestProblem[];
  /** The row that led to the decision; `null` where there is none, or it was let go. */
  readonly causingEvent: EventView | null;
  /** What the reasons were found from, and by which engine. */
  readonly inputs: InputsView | null;
  readonly engineVersion: string;
  /** What the decision in force was made from; `null` where the journal no longer keeps it. */
  readonly decisionInputs: InputsView | null;
  /** This engine decides otherwise than the one whose decision is in force. */
  readonly decidedDifferently: boolean;
}

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
