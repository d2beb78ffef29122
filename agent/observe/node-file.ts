/** Reads a node file: one Node and its Pods, or one sentence that says what to correct. Pure. */

import { type ManifestObject, readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import type { Rejection } from '../../shared/kubernetes/validation/rejection.ts';
import { validateNode } from '../../shared/kubernetes/validation/validate-node.ts';
import { validatePod } from '../../shared/kubernetes/validation/validate-pod.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';

export type NodeFile =
  | { readonly facts: NodeFacts; readonly pods: readonly Pod[]; readonly problem?: never }
  | { readonly problem: string };

/** A file is used completely or not at all, because incomplete data would be wrong. */
export function readNodeFile(bytes: Uint8Array, path: string): NodeFile {
  const { objects, problems } = readManifests(bytes, path);
  const [unreadable] = problems;
  if (unreadable !== undefined) return { problem: unreadable.message };
  const other = objects.find(({ kind }) => kind !== 'Node' && kind !== 'Pod');
  if (other !== undefined) {
    return { problem: `${other.source} is a ${other.kind}; a node file must contain one Node and its Pods.` };
  }
  const [node, second] = objects.filter(({ kind }) => kind === 'Node');
  if (node === undefined) return { problem: `${path} contains no Node; add the Node of this agent.` };
  if (second !== undefined)
    return { problem: `${second.source} is a second Node; a node file must contain exactly one Node.` };
  const validation = validateNode(node.object);
  if (!validation.accepted) return { problem: invalid(node, validation) };
  const facts = nodeFacts(validation.node);
  const pods: Pod[] = [];
  for (const manifest of objects) {
    if (manifest.kind !== 'Pod') continue;
    const read = readPod(manifest, facts.name);
    if ('problem' in read) return read;
    pods.push(read.pod);
  }
  return { facts, pods };
}

function readPod(manifest: ManifestObject, nodeName: string): { pod: Pod } | { problem: string } {
  const validation = validatePod(manifest.object);
  if (!validation.accepted) return { problem: invalid(manifest, validation) };
  const { pod } = validation;
  const podNode = pod.spec?.nodeName;
  if (podNode === undefined || podNode === '' || podNode === nodeName) return { pod };
  const name = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
  return {
    problem: `${manifest.source}: pod ${name} is on node ${podNode}, but this file describes node ${nodeName}.`,
  };
}

function invalid({ kind, source }: ManifestObject, { causes }: Rejection): string {
  const [first] = causes;
  const more = causes.length > 1 ? ` (and ${causes.length - 1} more)` : '';
  return `${source}: the ${kind} is invalid: ${first?.fieldPath}: ${first?.message}${more}.`;
}
