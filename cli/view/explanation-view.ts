/** Everything about one pair: the decision with every reason, and what became of it. Also what `why -o json` shows. */
import type { ManifestProblem } from '../../shared/kubernetes/manifest-problem.ts';
import type { PlacementResult } from '../../shared/placement/types.ts';
import type { ExplainPlacementResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { placementFromWire } from '../../shared/rpc/wire.ts';
import { problemView } from './daemon-set-view.ts';
import { type EventView, eventView } from './event-view.ts';
import { type PlacementView, placementView } from './placement-view.ts';
import { present } from './present.ts';
import { timeView } from './time.ts';
import { type Presence, presenceCodec, UNKNOWN } from './words.ts';

/** Whether it is wanted and allowed is said once, among the answers. */
type Decision = Omit<PlacementResult, 'wanted' | 'allowed'>;

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
}

export function explanationView(wire: ExplainPlacementResponse__Output): ExplanationView {
  const { summary: _summary, ...state } = placementView(present(wire.state, 'state'));
  const { wanted: _wanted, allowed: _allowed, ...decision } = placementFromWire(present(wire.placement, 'placement'));
  return {
    ...state,
    ...decision,
    decision: wire.decision && eventView(wire.decision),
    presence: presenceCodec.fromWire(wire.presence) ?? UNKNOWN,
    factsOrigin: wire.factsOrigin,
    factsTime: timeView(wire.factsTime),
    warnings: wire.warnings.map(problemView),
  };
}
