/** Requests a plan from a coordinator, based on the DaemonSets and nodes that it knows. */

import { RollcallError } from '../../shared/errors.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import { taintText } from '../../shared/kubernetes/taint-text.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { NodeAlteration, NodeChange, NodeTarget } from '../../shared/plan/node-change.ts';
import type { TaintRemoval } from '../../shared/plan/parse-taint.ts';
import type { NodeChange as WireChange } from '../../shared/rpc/generated/rollcall/v1/NodeChange.ts';
import type { PlanPlacementsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsResponse.ts';
import { placementFromWire } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { asOfFromWire, type Moment } from '../../shared/rpc/wire-moment.ts';
import type { Context } from '../context.ts';
import type { Difference } from '../view/plan-view.ts';
import type { PlanInput } from './read-input.ts';

/** The response of a coordinator. If it reports problems with the manifests, the difference is empty. */
export interface CoordinatorPlan {
  readonly difference: Difference;
  readonly problems: readonly ManifestProblem[];
  /** The moment of the plan; `null` means now. */
  readonly asOf: AsOf | null;
}

/** @throws RollcallError if the coordinator rejects the request or cannot be reached */
export async function planWithCoordinator(
  context: Context,
  input: PlanInput,
  at: Moment | null,
): Promise<CoordinatorPlan> {
  const request = {
    daemonSetManifests: [...input.given.daemonSets.values()].map((daemonSet) => JSON.stringify(daemonSet)),
    nodeChanges: input.changes.map(changeToWire),
  };
  try {
    const response = await context.ask((coordinator) => coordinator.planPlacements(request), at, 'plan');
    return {
      difference: differenceFromWire(response, input),
      problems: response.problems,
      asOf: at === null ? null : response.asOf && asOfFromWire(response.asOf),
    };
  } catch (error) {
    if (!(error instanceof RollcallError) || error.reason !== 'COORDINATOR_UNREACHABLE') throw error;
    throw new RollcallError(
      error.reason,
      `${error.message}, or plan without a coordinator by specifying nodes with --nodes`,
    );
  }
}

function differenceFromWire(response: PlanPlacementsResponse__Output, input: PlanInput): Difference {
  const changes = response.changes.map(({ daemonSet, node, before, after }) => ({
    daemonSet: daemonSetKey(daemonSet),
    node: node?.name ?? '',
    before: before && placementFromWire(before),
    after: after && placementFromWire(after),
  }));
  const added = input.changes.flatMap((change) => (change.op === 'add' ? (change.node.metadata?.name ?? []) : []));
  // This plan never removes a DaemonSet, so a placement without `after` belongs to a node that is dropped.
  const dropped = changes.filter(({ after }) => after === null).map(({ node }) => node);
  return {
    changes,
    counts: response.counts.map((counts) => ({
      daemonSet: daemonSetKey(counts.daemonSet),
      // The response does not count nodes with the verdict none, and the plan does not show them.
      before: { run: counts.runBefore, keep: counts.keepBefore, none: 0 },
      after: { run: counts.runAfter, keep: counts.keepAfter, none: 0 },
      templateChanged: counts.templateChanged,
      templateChanges: [],
    })),
    warnings: [...input.warnings, ...response.warnings],
    revision: Number(response.revision),
    movedNodes: new Set([...added, ...dropped]),
  };
}

function changeToWire(change: NodeChange): WireChange {
  if (change.op === 'add') return { addNodeManifest: JSON.stringify(change.node), change: 'addNodeManifest' };
  return { ...targetToWire(change.target), ...alterationToWire(change) };
}

function targetToWire(target: NodeTarget): WireChange {
  return 'name' in target ? { nodeName: target.name } : { labelSelector: target.selector };
}

function alterationToWire(change: NodeAlteration): WireChange {
  switch (change.op) {
    case 'setLabel':
      return { setLabel: `${change.key}=${change.value}` };
    case 'removeLabel':
      return { removeLabel: change.key };
    case 'addTaint':
      return { addTaint: taintText(change.taint) };
    case 'removeTaint':
      return { removeTaint: removalText(change.taint) };
    case 'cordon':
      return { cordon: true };
    case 'drop':
      return { drop: true };
  }
}

function removalText({ key, effect }: TaintRemoval): string {
  return effect === '' ? key : taintText({ key, value: '', effect });
}
