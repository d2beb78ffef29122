/** Collects DaemonSets and nodes from manifests: validates them and rejects duplicate names. Pure. */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import { DEFAULT_NAMESPACE } from '../kubernetes/default-daemon-set.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { ManifestObject } from '../kubernetes/manifests/read-manifests.ts';
import type { DaemonSet, Node } from '../kubernetes/objects.ts';
import type { StatusCause } from '../kubernetes/status-cause.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { validateDaemonSet } from '../kubernetes/validation/validate-daemon-set.ts';
import { validateNode } from '../kubernetes/validation/validate-node.ts';
import type { ClusterObjects } from './cluster-objects.ts';

export interface CollectedObjects extends ClusterObjects {
  /** Problems of rejected objects, one for each cause. */
  readonly problems: readonly ManifestProblem[];
  /** Warnings about accepted objects. */
  readonly warnings: readonly ManifestProblem[];
  readonly rejected: RejectedObjects;
}

/** Names of rejected objects, as far as they can be read. */
export interface RejectedObjects {
  readonly daemonSets: ReadonlySet<DaemonSetKey>;
  readonly nodes: ReadonlySet<string>;
}

interface Collection {
  readonly daemonSets: Map<DaemonSetKey, DaemonSet>;
  readonly nodes: Map<string, Node>;
  readonly problems: ManifestProblem[];
  readonly warnings: ManifestProblem[];
  readonly rejected: { readonly daemonSets: Set<DaemonSetKey>; readonly nodes: Set<string> };
  /** Source of each accepted object, by kind and name. */
  readonly places: Map<string, string>;
}

/** A DaemonSet without a namespace is in `namespace`, or in `default`. Ignores objects of other kinds. */
export function collectObjects(objects: readonly ManifestObject[], namespace = DEFAULT_NAMESPACE): CollectedObjects {
  const collection: Collection = {
    daemonSets: new Map(),
    nodes: new Map(),
    problems: [],
    warnings: [],
    rejected: { daemonSets: new Set(), nodes: new Set() },
    places: new Map(),
  };
  for (const manifest of objects) {
    if (manifest.kind === 'DaemonSet') collectDaemonSet(collection, manifest, namespace);
    else if (manifest.kind === 'Node') collectNode(collection, manifest);
  }
  const { places: _, ...cluster } = collection;
  return cluster;
}

function collectDaemonSet(collection: Collection, { object, source }: ManifestObject, namespace: string): void {
  const { daemonSets, problems, warnings, rejected } = collection;
  const placed = inNamespace(object, namespace);
  const key = `${textAt(placed, 'namespace') || DEFAULT_NAMESPACE}/${textAt(placed, 'name')}`;
  const validation = validateDaemonSet(placed);
  if (!validation.accepted) {
    problems.push(...problemsOf(validation.causes, source));
    rejected.daemonSets.add(key);
  } else if (isNamed(collection, placed, source) && isFirst(collection, `DaemonSet ${key}`, source)) {
    daemonSets.set(key, validation.daemonSet);
    warnings.push(...validation.warnings.map((warning) => ({ ...warning, source })));
  }
}

function inNamespace(object: Record<string, unknown>, namespace: string): Record<string, unknown> {
  const { metadata } = object;
  if (!isObject(metadata) || textAt(object, 'namespace') !== '') return object;
  return { ...object, metadata: { ...metadata, namespace } };
}

function collectNode(collection: Collection, { object, source }: ManifestObject): void {
  const name = textAt(object, 'name');
  const validation = validateNode(object);
  if (!validation.accepted) {
    collection.problems.push(...problemsOf(validation.causes, source));
    collection.rejected.nodes.add(name);
  } else if (isNamed(collection, object, source) && isFirst(collection, `node ${name}`, source)) {
    collection.nodes.set(name, validation.node);
  }
}

function textAt({ metadata }: Record<string, unknown>, field: 'name' | 'namespace'): string {
  const value = isObject(metadata) ? metadata[field] : undefined;
  return typeof value === 'string' ? value : '';
}

function problemsOf(causes: readonly StatusCause[], source: string): ManifestProblem[] {
  return causes.map(({ kind, fieldPath, message }) => ({ code: kind, fieldPath, message, source }));
}

/** An object with generateName is valid but has no name yet. */
function isNamed({ problems }: Collection, object: Record<string, unknown>, source: string): boolean {
  if (textAt(object, 'name') !== '') return true;
  problems.push({ code: 'Required', fieldPath: 'metadata.name', message: 'a plan requires a name', source });
  return false;
}

function isFirst({ places, problems }: Collection, name: string, source: string): boolean {
  const first = places.get(name);
  if (first === undefined) {
    places.set(name, source);
    return true;
  }
  const message = `${name} is defined at ${first} and again at ${source}; remove one of the two.`;
  problems.push({ code: 'Duplicate', fieldPath: 'metadata.name', message, source });
  return false;
}
