/** Applies a suggested edit to the objects, without any code of the engine. */
import type {
  DaemonSet,
  DaemonSetEditChange,
  EditChange,
  Node,
  NodeEditChange,
  RequirementPlace,
} from '../../shared/placement/index.ts';

interface Pair {
  readonly daemonSet: DaemonSet;
  readonly node: Node;
}

/** JSON of any shape, which is modified in place. */
// oxlint-disable-next-line typescript/no-explicit-any -- invalid values are possible, and a wrong path must throw
type Loose = any;

/** A copy of the pair with the edit applied. */
export function applyEdit(pair: Pair, change: EditChange): Pair {
  // Clones them separately, because a common clone would keep shared objects, and the edit would change both.
  const edited: Loose = { daemonSet: structuredClone(pair.daemonSet), node: structuredClone(pair.node) };
  if (change.op === 'setLabel' || change.op === 'removeLabel' || change.op === 'removeTaint') {
    changeNode(child(edited, 'node'), change);
  } else {
    changePodSpec(child(child(child(child(edited, 'daemonSet'), 'spec'), 'template'), 'spec'), change);
  }
  return edited;
}

function changeNode(node: Loose, change: NodeEditChange): void {
  switch (change.op) {
    case 'setLabel':
      child(child(node, 'metadata'), 'labels')[change.key] = change.value;
      return;
    case 'removeLabel':
      delete node.metadata.labels[change.key];
      return;
    case 'removeTaint':
      node.spec.taints = node.spec.taints.filter(
        (taint: Loose) => taint?.key !== change.key || (change.effect !== '' && taint?.effect !== change.effect),
      );
  }
}

function changePodSpec(podSpec: Loose, change: DaemonSetEditChange): void {
  switch (change.op) {
    case 'addToleration':
      podSpec.tolerations = [...(Array.isArray(podSpec.tolerations) ? podSpec.tolerations : []), change.toleration];
      return;
    case 'removeToleration':
      podSpec.tolerations.splice(change.index, 1);
      return;
    case 'setNodeSelector':
      podSpec.nodeSelector[change.key] = change.value;
      return;
    case 'removeNodeSelector':
      delete podSpec.nodeSelector[change.key];
      return;
    case 'removeRequirement':
      requirementsOf(podSpec, change).splice(change.index, 1);
      return;
    case 'addRequirementValue':
      requirementsOf(podSpec, change)[change.index].values.push(change.value);
      return;
    case 'removeRequiredAffinity':
      delete podSpec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      return;
    case 'removeNodeName':
      delete podSpec.nodeName;
  }
}

function requirementsOf(podSpec: Loose, { term, list }: RequirementPlace): Loose {
  return podSpec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[term][list];
}

/** The field as an object; replaces a missing field or another value with an empty object. */
function child(object: Loose, field: string): Loose {
  const value = object[field];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) object[field] = {};
  return object[field];
}
