/** Makes a world of what manifests hold: validates, refuses duplicates, and says what is left out. Pure. */
import type { Cause } from '../kubernetes/cause.ts';
import { DEFAULT_NAMESPACE } from '../kubernetes/default-daemon-set.ts';
import type { ManifestProblem } from '../kubernetes/manifest-problem.ts';
import type { DaemonSet, Node } from '../kubernetes/objects.ts';
import type { ManifestObject } from '../kubernetes/read-manifests.ts';
import { validateDaemonSet } from '../kubernetes/validate-daemon-set.ts';
import { validateNode } from '../kubernetes/validate-node.ts';
import type { World } from './world.ts';

export interface CollectedWorld extends World {
  /** What keeps objects from being used, one for each cause. */
  readonly problems: readonly ManifestProblem[];
  /** About objects that are used. */
  readonly warnings: readonly ManifestProblem[];
  /** How many objects of other kinds were passed over, by kind. */
  readonly otherKinds: ReadonlyMap<string, number>;
}

interface Collection {
  readonly daemonSets: Map<string, DaemonSet>;
  readonly nodes: Map<string, Node>;
  readonly problems: ManifestProblem[];
  readonly warnings: ManifestProblem[];
  readonly otherKinds: Map<string, number>;
  /** Where each object was first seen, by kind and name, the refused ones too. */
  readonly places: Map<string, string>;
}

/** A DaemonSet without a namespace is in `namespace`, or in `default`. */
export function collectWorld(objects: readonly ManifestObject[], namespace = DEFAULT_NAMESPACE): CollectedWorld {
  const collection: Collection = {
    daemonSets: new Map(),
    nodes: new Map(),
    problems: [],
    warnings: [],
    otherKinds: new Map(),
    places: new Map(),
  };
  for (const manifest of objects) {
    if (manifest.kind === 'DaemonSet') collectDaemonSet(collection, manifest, namespace);
    else if (manifest.kind === 'Node') collectNode(collection, manifest);
    else collection.otherKinds.set(manifest.kind, (collection.otherKinds.get(manifest.kind) ?? 0) + 1);
  }
  const { places: _, ...world } = collection;
  return world;
}

function collectDaemonSet(collection: Collection, { object, source }: ManifestObject, namespace: string): void {
  const validation = validateDaemonSet(inNamespace(object, namespace));
  if (!validation.accepted) {
    collection.problems.push(...problemsOf(validation.causes, source));
    return;
  }
  const { daemonSet, warnings } = validation;
  const key = `${daemonSet.metadata?.namespace ?? namespace}/${daemonSet.metadata?.name ?? ''}`;
  if (!isFirst(collection, `DaemonSet ${key}`, source)) return;
  collection.daemonSets.set(key, daemonSet);
  collection.warnings.push(...warnings.map((warning) => ({ ...warning, source })));
}

function inNamespace(object: Record<string, unknown>, namespace: string): Record<string, unknown> {
  const { metadata } = object;
  if (namespace === DEFAULT_NAMESPACE || typeof metadata !== 'object' || metadata === null) return object;
  return {
    ...object,
    metadata: { ...metadata, namespace: ('namespace' in metadata && metadata.namespace) || namespace },
  };
}

function collectNode(collection: Collection, { object, source }: ManifestObject): void {
  const validation = validateNode(object);
  if (!validation.accepted) {
    collection.problems.push(...problemsOf(validation.causes, source));
    return;
  }
  const name = validation.node.metadata?.name ?? '';
  if (isFirst(collection, `node ${name}`, source)) collection.nodes.set(name, validation.node);
}

function problemsOf(causes: readonly Cause[], source: string): ManifestProblem[] {
  return causes.map(({ kind, fieldPath, message }) => ({ code: kind, fieldPath, message, source }));
}

function isFirst({ places, problems }: Collection, name: string, source: string): boolean {
  const first = places.get(name);
  if (first === undefined) {
    places.set(name, source);
    return true;
  }
  const message = `${name} is at ${first} and again at ${source}; remove one of the two.`;
  problems.push({ code: 'Duplicate', fieldPath: 'metadata.name', message, source });
  return false;
}
