/** The JSON document of `rollcall diff` (docs/cli.md). */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { DiffPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/DiffPlacementsResponse.ts';
import type { PlacementDifference__Output } from '../../shared/rpc/generated/rollcall/v1/PlacementDifference.ts';
import { verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { asOfFromWire } from '../../shared/rpc/wire-moment.ts';
import { type EventView, eventView } from './event-view.ts';
import { type AsOfView, asOfView } from './moment-view.ts';
import { present } from './wire-fields.ts';

export interface PlacementDifferencesView {
  readonly from: AsOfView;
  readonly to: AsOfView;
  readonly differences: readonly PlacementDifferenceView[];
}

export interface PlacementDifferenceView {
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** `null` if the placement did not exist. */
  readonly before: Verdict | null;
  readonly after: Verdict | null;
  /** Number of decisions between the moments. */
  readonly decisions: number;
  /** The last of these decisions. */
  readonly decision: EventView | null;
}

/** `pages` are the pages of one request, at least one. */
export function placementDifferencesView(pages: readonly DiffPlacementsResponse__Output[]): PlacementDifferencesView {
  const first = pages[0];
  return {
    from: asOfView(asOfFromWire(present(first?.from ?? null, 'from'))),
    to: asOfView(asOfFromWire(present(first?.to ?? null, 'to'))),
    differences: pages.flatMap(({ differences }) => differences.map(differenceView)),
  };
}

function differenceView(wire: PlacementDifference__Output): PlacementDifferenceView {
  return {
    daemonSet: daemonSetKey(wire.daemonSet),
    node: wire.node?.name ?? '',
    before: verdictCodec.fromWire(wire.before) ?? null,
    after: verdictCodec.fromWire(wire.after) ?? null,
    decisions: wire.decisionCount,
    decision: wire.decision && eventView(wire.decision),
  };
}
