/** Compares two versions of a node's facts: what changed, and which part of it can affect placement. */

import type { Change } from '../../shared/journal-format/events.ts';
import { amountText } from '../../shared/kubernetes/resource-amounts.ts';
import type { NodeFacts, NodeTaint } from '../../shared/model/node-facts.ts';
import { fieldChanges } from './field-changes.ts';

/** Every field that changed. The resource version is not compared, because it only names the version. */
export function nodeChanges(before: NodeFacts | null, after: NodeFacts | null): Change[] {
  return fieldChanges(before && flatten(before), after && flatten(after));
}

/** The part of a change that can affect placement. */
export interface PlacementImpact {
  /** Keys of the labels that were added, changed or removed. */
  readonly labelKeys: ReadonlySet<string>;
  /** Whether a taint that placement reads was added, changed or removed. */
  readonly taints: boolean;
}

export function placementImpact(before: NodeFacts, after: NodeFacts): PlacementImpact {
  const labelKeys = new Set<string>();
  for (const key of Object.keys(before.labels)) if (before.labels[key] !== after.labels[key]) labelKeys.add(key);
  for (const key of Object.keys(after.labels)) if (before.labels[key] !== after.labels[key]) labelKeys.add(key);
  return { labelKeys, taints: taintsRead(before) !== taintsRead(after) };
}

/** Placement ignores PreferNoSchedule (Kubernetes pkg/controller/daemon, predicates) and the order of taints. */
function taintsRead({ taints }: NodeFacts): string {
  const read = taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  return read
    .map(({ key, value, effect }) => JSON.stringify([key, value, effect]))
    .sort()
    .join();
}

function flatten(facts: NodeFacts): Record<string, string> {
  const flat: Record<string, string> = {};
  if (facts.uid !== '') flat.uid = facts.uid;
  for (const [key, value] of Object.entries(facts.labels)) flat[`labels.${key}`] = value;
  for (const taint of facts.taints) addTaint(flat, taint);
  if (facts.unschedulable) flat.unschedulable = 'true';
  for (const { type, status, reason } of facts.conditions) {
    flat[`conditions.${type}`] = reason === '' ? status : `${status} (${reason})`;
  }
  for (const [resource, amount] of Object.entries(facts.allocatable)) {
    flat[`allocatable.${resource}`] = amountText(resource, amount);
  }
  for (const [part, version] of Object.entries(facts.versions)) if (version !== '') flat[`versions.${part}`] = version;
  return flat;
}

function addTaint(flat: Record<string, string>, { key, value, effect }: NodeTaint): void {
  const field = `taints.${key}:${effect}`;
  flat[field] = flat[field] === undefined ? value : `${flat[field]},${value}`;
}
