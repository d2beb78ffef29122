/** Applies hypothetical node changes to cluster objects and returns new ones. Pure. */
import { RollcallError } from '../errors.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { Node, Taint } from '../kubernetes/objects.ts';
import { nearestName } from '../settings/did-you-mean.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { NodeAlteration, NodeChange, NodeTarget } from './node-change.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

/** The taint that the node lifecycle controller of Kubernetes adds to cordoned nodes. */
const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export interface ChangedObjects {
  readonly cluster: ClusterObjects;
  /** Changes that had no effect, such as removing a label that no node has; their code is `NoEffect`. */
  readonly notes: readonly ManifestProblem[];
}

/**
 * Adds nodes first. Then resolves the targets of all other changes, so that a selector can use a label that an earlier
 * change removes. Then applies the changes in order.
 * @throws RollcallError for an unknown node, a node that already exists, and a selector that matches no node.
 */
export function applyNodeChanges(cluster: ClusterObjects, changes: readonly NodeChange[]): ChangedObjects {
  const nodes = new Map(cluster.nodes);
  for (const change of changes) if (change.op === 'add') addNode(nodes, change.node);
  const alterations = changes.flatMap((change) =>
    change.op === 'add' ? [] : [{ change, names: chosenNames(nodes, change.target) }],
  );
  const notes: ManifestProblem[] = [];
  for (const { change, names } of alterations) {
    if (alterNodes(nodes, change, names) === 0) notes.push(withoutEffect(change, names));
  }
  return { cluster: { ...cluster, nodes }, notes };
}

function addNode(nodes: Map<string, Node>, node: Node): void {
  const name = node.metadata?.name ?? '';
  if (nodes.has(name)) {
    throw new RollcallError('ARGUMENT_INVALID', `node ${name} cannot be added: a node with this name already exists`);
  }
  nodes.set(name, node);
}

function chosenNames(nodes: ReadonlyMap<string, Node>, target: NodeTarget): string[] {
  if ('name' in target) {
    if (nodes.has(target.name)) return [target.name];
    const nearest = nearestName(target.name, [...nodes.keys()]);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new RollcallError('UNKNOWN_NODE', `there is no node ${target.name}${hint}`);
  }
  const isChosen = parseLabelSelector(target.selector);
  const names = [...nodes].filter(([, node]) => isChosen(node.metadata?.labels ?? {})).map(([name]) => name);
  if (names.length > 0) return names;
  const why = target.selector === '' ? 'there are no nodes' : `no node matches the selector '${target.selector}'`;
  throw new RollcallError('ARGUMENT_INVALID', `${why}, so there is nothing to change`);
}

/** Returns the number of changed nodes. */
function alterNodes(nodes: Map<string, Node>, change: NodeAlteration, names: readonly string[]): number {
  let altered = 0;
  for (const name of names) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    const after = alteredNode(node, change);
    if (after === node) continue;
    altered++;
    if (after === null) nodes.delete(name);
    else nodes.set(name, after);
  }
  return altered;
}

/** The changed node, the same object if nothing changed, or `null` if the node is removed. */
function alteredNode(node: Node, change: NodeAlteration): Node | null {
  switch (change.op) {
    case 'setLabel':
      return withLabel(node, change.key, change.value);
    case 'removeLabel':
      return withLabel(node, change.key, undefined);
    case 'addTaint':
      return withTaint(node, change.taint);
    case 'removeTaint': {
      const { key, effect } = change.taint;
      return withoutTaints(node, (taint) => taint.key === key && (effect === '' || taint.effect === effect));
    }
    case 'cordon':
      return cordoned(node);
    case 'drop':
      return null;
  }
}

function withLabel(node: Node, key: string, value: string | undefined): Node {
  const before = node.metadata?.labels ?? {};
  const found = Object.hasOwn(before, key) ? before[key] : undefined;
  if (found === value) return node;
  // Copies the labels, because reading an object is slow after a key was deleted from it.
  const labels: Record<string, string> = {};
  for (const [name, text] of Object.entries(before)) if (name !== key) labels[name] = text;
  if (value !== undefined) labels[key] = value;
  return { ...node, metadata: { ...node.metadata, labels } };
}

/** A node has at most one taint with the same key and effect, so a new value replaces the old one. */
function withTaint(node: Node, taint: Taint): Node {
  const taints = node.spec?.taints ?? [];
  const index = taints.findIndex(({ key, effect }) => key === taint.key && effect === taint.effect);
  if (index === -1) return withTaints(node, [...taints, taint]);
  if ((taints[index]?.value ?? '') === (taint.value ?? '')) return node;
  return withTaints(node, taints.with(index, taint));
}

function withoutTaints(node: Node, isRemoved: (taint: Taint) => boolean): Node {
  const taints = node.spec?.taints ?? [];
  const kept = taints.filter((taint) => !isRemoved(taint));
  return kept.length === taints.length ? node : withTaints(node, kept);
}

function withTaints(node: Node, taints: readonly Taint[]): Node {
  return { ...node, spec: { ...node.spec, taints } };
}

function cordoned(node: Node): Node {
  const tainted = withTaint(node, UNSCHEDULABLE_TAINT);
  if (tainted === node && node.spec?.unschedulable === true) return node;
  return { ...tainted, spec: { ...tainted.spec, unschedulable: true } };
}

function withoutEffect(change: NodeAlteration, names: readonly string[]): ManifestProblem {
  const [only = ''] = names;
  const where = names.length === 1 ? `node ${only}` : `any of the ${names.length} selected nodes`;
  return { code: 'NoEffect', fieldPath: '', message: effectlessSentence(change, where), source: '' };
}

function effectlessSentence(change: NodeAlteration, where: string): string {
  switch (change.op) {
    case 'setLabel':
      return `Setting label ${change.key}=${change.value} has no effect on ${where}.`;
    case 'removeLabel':
      return `Label ${change.key} is not on ${where}, so there is nothing to remove.`;
    case 'addTaint':
      return `Adding taint ${change.taint.key}:${change.taint.effect} has no effect on ${where}.`;
    case 'removeTaint': {
      const { key, effect } = change.taint;
      return `Taint ${key}${effect === '' ? '' : `:${effect}`} is not on ${where}, so there is nothing to remove.`;
    }
    case 'cordon':
    case 'drop':
      return `The operation ${change.op} has no effect on ${where}.`;
  }
}
