/** Computes the effect of a change to DaemonSets or nodes, for each pair. Pure. */

import { runToCompletion } from '../cooperative-scheduler.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import { templateRevision } from '../kubernetes/template-revision.ts';
import { placementWarnings } from '../placement/placement-warnings.ts';
import type { PlacementResult } from '../placement/types.ts';
import { type ClusterObjects, sortedKeys } from './cluster-objects.ts';
import { type DaemonSetPlacements, placeObjectsInSteps, type VerdictCounts } from './place-objects.ts';
import { templateChanges as changesOfTemplate } from './template-changes.ts';

export interface PlanInput {
  readonly before: ClusterObjects;
  readonly after: ClusterObjects;
}

export interface PlanResult {
  /** The pairs whose verdict would change, sorted by DaemonSet and node. */
  readonly changes: readonly PlannedChange[];
  /** Every DaemonSet, before or after the change. */
  readonly counts: readonly PlannedCounts[];
  /** Warnings about new DaemonSets and changed templates. */
  readonly warnings: readonly ManifestProblem[];
}

/** A pair that exists only before or only after counts as `none` where it is absent, so a pair with verdict `none` is no change. */
export interface PlannedChange {
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** `null` if the DaemonSet or the node is new. */
  readonly before: PlacementResult | null;
  /** `null` if the change removes the DaemonSet or the node. */
  readonly after: PlacementResult | null;
}

export interface TemplateChange {
  /** Whether the template changes, so that daemon pods would be replaced. */
  readonly templateChanged: boolean;
  /** Paths in the template that differ, such as `spec.containers[0].image`; empty if only revisions are known. */
  readonly templateChanges: readonly string[];
}

const SAME_TEMPLATE: TemplateChange = { templateChanged: false, templateChanges: [] };

export interface PlannedCounts extends TemplateChange {
  readonly daemonSet: DaemonSetKey;
  /** `null` if the DaemonSet is new. */
  readonly before: VerdictCounts | null;
  /** `null` if the change removes the DaemonSet. */
  readonly after: VerdictCounts | null;
}

export function plan(input: PlanInput): PlanResult {
  return runToCompletion(planInSteps(input));
}

/** The same in steps, for cooperative scheduling. A step evaluates one node or compares one DaemonSet. */
export function* planInSteps({ before, after }: PlanInput): Generator<void, PlanResult> {
  const placedBefore = byKey(yield* placeObjectsInSteps(before));
  const placedAfter = byKey(yield* placeObjectsInSteps(after));
  const nodes = sortedKeys(before.nodes, after.nodes);
  const changes: PlannedChange[] = [];
  const counts: PlannedCounts[] = [];
  const changed: DaemonSetPlacements[] = [];
  for (const daemonSet of sortedKeys(placedBefore, placedAfter)) {
    yield;
    const pair = { before: placedBefore.get(daemonSet), after: placedAfter.get(daemonSet) };
    const template = changeOfTemplate(daemonSet, before, after);
    if (pair.after !== undefined && (pair.before === undefined || template.templateChanged)) changed.push(pair.after);
    counts.push({
      daemonSet,
      before: pair.before?.counts ?? null,
      after: pair.after?.counts ?? null,
      ...template,
    });
    for (const change of changesOf(daemonSet, pair, nodes)) changes.push(change);
  }
  return { changes, counts, warnings: changed.flatMap(({ key, warnings }) => placementWarnings(warnings, key)) };
}

interface PlacementsPair {
  readonly before: DaemonSetPlacements | undefined;
  readonly after: DaemonSetPlacements | undefined;
}

function changesOf(
  daemonSet: DaemonSetKey,
  { before, after }: PlacementsPair,
  nodes: readonly string[],
): PlannedChange[] {
  const changes: PlannedChange[] = [];
  for (const node of nodes) {
    if (verdictOf(before, node) === verdictOf(after, node)) continue;
    changes.push({
      daemonSet,
      node,
      before: before?.placement(node) ?? null,
      after: after?.placement(node) ?? null,
    });
  }
  return changes;
}

/** Whether any daemon pod would start, stop or be replaced. */
export function changesAnything({ changes, counts }: Pick<PlanResult, 'changes' | 'counts'>): boolean {
  return changes.length > 0 || counts.some(({ templateChanged }) => templateChanged);
}

function byKey(placed: readonly DaemonSetPlacements[]): Map<DaemonSetKey, DaemonSetPlacements> {
  return new Map(placed.map((one) => [one.key, one]));
}

function verdictOf(placed: DaemonSetPlacements | undefined, node: string) {
  return placed?.verdict(node) ?? 'none';
}

function changeOfTemplate(key: DaemonSetKey, before: ClusterObjects, after: ClusterObjects): TemplateChange {
  const [old, young] = [before.daemonSets.get(key), after.daemonSets.get(key)];
  if (old === undefined || young === undefined || old === young) return SAME_TEMPLATE;
  const revisions = [before, after].map(({ templateRevisions }) => templateRevisions?.get(key));
  if (revisions.some((revision) => revision !== undefined)) {
    const [from = templateRevision(old), to = templateRevision(young)] = revisions;
    return { templateChanged: from !== to, templateChanges: [] };
  }
  const templateChanges = changesOfTemplate(old, young);
  return { templateChanged: templateChanges.length > 0, templateChanges };
}
