/** Carries an offered edit out on the objects themselves, knowing nothing of the engine but the edit's form. */
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

/** JSON of any shape, changed in place. */
// oxlint-disable-next-line typescript/no-explicit-any -- junk stays junk here, and a wrong path should throw
type Loose = any;

/** The pair after the edit; the originals stay as they are. */
export function applyEdit(pair: Pair, change: EditChange): Pair {
  // Apart, because a clone of both keeps an object that they share as one, and the edit would reach the other.
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

/** The object's field, made where it is missing or is no object. */
function child(object: Loose, field: string): Loose {
  const value = object[field];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) object[field] = {};
  return object[field];
}
