/** Plans hypothetical changes on a cluster snapshot. */

import { RollcallError } from '../errors.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import { readManifests } from '../kubernetes/manifests/read-manifests.ts';
import type { Node } from '../kubernetes/objects.ts';
import type { AsOf } from '../model/as-of.ts';
import type { ClusterSnapshot, DaemonSetSnapshot } from '../model/cluster-snapshot.ts';
import { applyNodeChanges } from '../plan/apply-node-changes.ts';
import type { ClusterObjects } from '../plan/cluster-objects.ts';
import { type CollectedObjects, collectObjects } from '../plan/collect-objects.ts';
import type { NodeChange } from '../plan/node-change.ts';
import { type PlannedCounts, planInSteps } from '../plan/plan.ts';
import type { PlannedCounts as WireCounts } from '../rpc/generated/rollcall/v1/PlannedCounts.ts';
import type { PlanPlacementsRequest__Output } from '../rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import type { PlanPlacementsResponse } from '../rpc/generated/rollcall/v1/PlanPlacementsResponse.ts';
import { daemonSetRef } from '../rpc/wire-daemon-set.ts';
import { asOfText } from './as-of-text.ts';
import { NODE_CHANGES_MAX } from './limits.ts';
import { findDaemonSet } from './names.ts';
import { changesToWire } from './plan-changes.ts';
import { alterationFromWire } from './plan-node-changes.ts';

/** The state of the cluster that a plan starts from. */
export interface PlanBase {
  readonly asOf: AsOf;
  readonly isSynced: boolean;
  readonly daemonSets: ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>;
  readonly nodes: ReadonlyMap<string, Node>;
}

/** A snapshot from which a plan can start. */
export interface PlannableSnapshot extends Pick<ClusterSnapshot, 'asOf' | 'daemonSets'> {
  /** Every node as placement reads it, by name. */
  nodeObjects(): Promise<ReadonlyMap<string, Node>>;
}

export async function planBase(snapshot: PlannableSnapshot, isSynced: boolean): Promise<PlanBase> {
  return {
    asOf: snapshot.asOf,
    isSynced,
    daemonSets: await snapshot.daemonSets(),
    nodes: await snapshot.nodeObjects(),
  };
}

/**
 * Yields often, because half a million pairs take a second.
 * @throws RollcallError for an invalid request; invalid manifests are problems in the answer
 */
export function* planPlacements(
  request: PlanPlacementsRequest__Output,
  base: PlanBase,
): Generator<void, PlanPlacementsResponse> {
  const revision = String(base.asOf.revision);
  const given = collect(request.daemonSetManifests, 'DaemonSet', (index) => `daemon_set_manifests[${index}]`);
  const { changes, problems } = nodeChanges(request);
  const allProblems = [...given.problems, ...problems];
  if (allProblems.length > 0) return { revision, problems: allProblems };
  const removed = request.removeDaemonSets.map((ref) =>
    findDaemonSet(ref, base.daemonSets.keys(), asOfText(base.asOf)),
  );
  const before = knownWorld(base, changes.length === 0 ? [...given.daemonSets.keys(), ...removed] : null);
  const changed = applyNodeChanges(withDaemonSets(before, given, removed), changes);
  const planned = yield* planInSteps({ before, after: changed.cluster });
  return {
    revision,
    changes: yield* changesToWire(planned.changes),
    counts: planned.counts.map(countsToWire),
    warnings: [...incompleteness(base), ...given.warnings, ...planned.warnings, ...changed.notes],
  };
}

function incompleteness({ isSynced }: PlanBase): ManifestProblem[] {
  if (isSynced) return [];
  const message = 'The coordinator is still reading its sources: DaemonSets or nodes may be missing from this plan.';
  return [{ code: 'Incomplete', fieldPath: '', message, source: '' }];
}

/** The DaemonSets of these keys, or all, on every node. Others need no evaluation because the plan does not change them. */
function knownWorld({ daemonSets, nodes }: PlanBase, keys: readonly DaemonSetKey[] | null): ClusterObjects {
  const placed = (keys ?? [...daemonSets.keys()]).flatMap((key) => daemonSets.get(key)?.placed ?? []);
  return {
    daemonSets: new Map(placed.map(({ record }) => [record.key, record.placement])),
    templateRevisions: new Map(placed.map(({ record }) => [record.key, record.templateRevision])),
    nodes: new Map(nodes),
  };
}

/** Each given DaemonSet is added or replaces the one of that name. */
function withDaemonSets(
  cluster: ClusterObjects,
  given: ClusterObjects,
  removed: readonly DaemonSetKey[],
): ClusterObjects {
  const daemonSets = new Map([...cluster.daemonSets, ...given.daemonSets]);
  const templateRevisions = new Map(cluster.templateRevisions);
  for (const key of given.daemonSets.keys()) templateRevisions.delete(key);
  for (const key of removed) {
    if (given.daemonSets.has(key)) {
      throw new RollcallError('ARGUMENT_INVALID', `DaemonSet ${key} is both given and removed; choose one`);
    }
    daemonSets.delete(key);
  }
  return { ...cluster, daemonSets, templateRevisions };
}

interface NodeChanges {
  readonly changes: readonly NodeChange[];
  readonly problems: readonly ManifestProblem[];
}

function nodeChanges({ nodeChanges: wire }: PlanPlacementsRequest__Output): NodeChanges {
  if (wire.length > NODE_CHANGES_MAX) {
    const message = `there are ${wire.length} node_changes; at most ${NODE_CHANGES_MAX} can be planned together`;
    throw new RollcallError('ARGUMENT_INVALID', `${message}; use a label_selector`);
  }
  const problems: ManifestProblem[] = [];
  const changes = wire.flatMap((change, index): NodeChange[] => {
    if (change.change !== 'addNodeManifest') return [alterationFromWire(change, index)];
    const added = collect([change.addNodeManifest ?? ''], 'Node', () => `node_changes[${index}].add_node_manifest`);
    problems.push(...added.problems);
    return [...added.nodes.values()].map((node) => ({ op: 'add', node }));
  });
  return { changes, problems };
}

/** Validates manifests of one kind; a manifest of another kind, or none, is a problem. */
function collect(
  manifests: readonly string[],
  kind: 'DaemonSet' | 'Node',
  nameOf: (index: number) => string,
): CollectedObjects {
  const read = manifests.map((text, index) => readManifests(Buffer.from(text), nameOf(index)));
  const problems = read.flatMap((one, index) => {
    const source = nameOf(index);
    const found = one.objects.map((object) => object.kind).find((other) => other !== kind);
    if (found === undefined && one.objects.length + one.problems.length > 0) return one.problems;
    const message = found === undefined ? `${source} is empty` : `${source} is a ${found}; use a ${kind}`;
    return [...one.problems, { code: 'WrongKind', fieldPath: 'kind', message, source }];
  });
  const cluster = collectObjects(read.flatMap(({ objects }) => objects));
  return { ...cluster, problems: [...problems, ...cluster.problems] };
}

function countsToWire({ daemonSet, before, after, templateChanged }: PlannedCounts): WireCounts {
  return {
    daemonSet: daemonSetRef(daemonSet),
    runBefore: before?.run ?? 0,
    runAfter: after?.run ?? 0,
    keepBefore: before?.keep ?? 0,
    keepAfter: after?.keep ?? 0,
    templateChanged,
  };
}
