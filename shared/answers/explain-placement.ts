/** Explains why a node runs a DaemonSet or not, with every reason. */
import { RollcallError } from '../errors.ts';
import type { ClusterSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { PlacedDaemonSet } from '../model/daemon-set-record.ts';
import type { EffectiveVerdict } from '../model/effective-verdict.ts';
import { PLACEMENT_ENGINE_VERSION } from '../placement/engine-version.ts';
import type { ExplainPlacementRequest__Output } from '../rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ExplainPlacementResponse } from '../rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import { placementToWire } from '../rpc/wire.ts';
import { timeToWire } from '../rpc/wire-time.ts';
import { presenceCodec } from '../rpc/wire-words.ts';
import { asOfText } from './as-of-text.ts';
import { daemonSetOf, nodeOf } from './names.ts';
import { placementStateToWire } from './to-wire.ts';

export interface PlacementExplanation {
  /** Without the decision and its inputs, which only the journal has. */
  readonly response: ExplainPlacementResponse;
  readonly node: NodeSnapshot;
  readonly placed: PlacedDaemonSet;
  readonly pair: EffectiveVerdict;
}

/** @throws RollcallError for an unknown node or DaemonSet. */
export async function explainPlacement(
  request: Pick<ExplainPlacementRequest__Output, 'daemonSet' | 'nodeName'>,
  snapshot: ClusterSnapshot,
): Promise<PlacementExplanation> {
  const daemonSet = await daemonSetOf(request.daemonSet, snapshot);
  const node = await nodeOf(request.nodeName, snapshot);
  const { key, placed, warnings } = daemonSet;
  const pair = node.pair(key);
  if (placed === null || pair === undefined) throw neverInForce(key, snapshot);
  const explained = placed.compiled.explain(node.object);
  const response = {
    placement: placementToWire(key, node.name, explained),
    state: placementStateToWire(node, daemonSet),
    factsOrigin: node.origin,
    factsTime: timeToWire(node.observedMs),
    presence: presenceCodec.toWire(node.presence),
    warnings: [...warnings],
    engineVersion: PLACEMENT_ENGINE_VERSION,
    decidedDifferently: explained.verdict !== pair.verdict,
  };
  return { response, node, placed, pair };
}

function neverInForce(key: string, { asOf }: ClusterSnapshot): RollcallError {
  const message = `DaemonSet ${key} has no valid version${asOfText(asOf)}: its manifest was rejected`;
  return new RollcallError('UNKNOWN_DAEMON_SET', message);
}
