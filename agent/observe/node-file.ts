/** Reads what a node's file says: one Node and its Pods, or the sentence that says what to mend. Pure. */

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

/** A file is used as a whole or not at all: half a node would be a wrong answer. */
export function readNodeFile(bytes: Uint8Array, path: string): NodeFile {
  const { objects, problems } = readManifests(bytes, path);
  const [unreadable] = problems;
  if (unreadable !== undefined) return { problem: unreadable.message };
  const stranger = objects.find(({ kind }) => kind !== 'Node' && kind !== 'Pod');
  if (stranger !== undefined) {
    return { problem: `${stranger.source} is a ${stranger.kind}; a node's file holds one Node and its Pods.` };
  }
  const [node, second] = objects.filter(({ kind }) => kind === 'Node');
  if (node === undefined) return { problem: `${path} holds no Node; an agent needs the one that it answers for.` };
  if (second !== undefined) return { problem: `${second.source} is a second Node; an agent answers for one only.` };
  const validation = validateNode(node.object);
  if (!validation.accepted) return { problem: refused(node, validation) };
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
  if (!validation.accepted) return { problem: refused(manifest, validation) };
  const { pod } = validation;
  const podNode = pod.spec?.nodeName;
  if (podNode === undefined || podNode === '' || podNode === nodeName) return { pod };
  const name = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
  return { problem: `${manifest.source}: pod ${name} is on node ${podNode}, and this file is about node ${nodeName}.` };
}

function refused({ kind, source }: ManifestObject, { causes }: Rejection): string {
  const [first] = causes;
  const others = causes.length > 1 ? ` (and ${causes.length - 1} more)` : '';
  return `${source}: the ${kind} cannot be used: ${first?.fieldPath}: ${first?.message}${others}.`;
}
