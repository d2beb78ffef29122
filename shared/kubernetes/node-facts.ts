/** Turns a Kubernetes Node into the facts that Rollcall keeps of it, and back. */
import { amountsOf } from '../fit/amounts.ts';
import type { FactCondition, NodeFacts } from '../model/model.ts';
import type { Node } from './objects.ts';

/** The facts of a node that has passed validation. Fields that it lacks are empty. */
export function nodeFacts(node: Node): NodeFacts {
  const { metadata = {}, spec = {}, status = {} } = node;
  const info = status.nodeInfo ?? {};
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    labels: { ...metadata.labels },
    taints: (spec.taints ?? []).map(({ key = '', value = '', effect = '' }) => ({ key, value, effect })),
    unschedulable: spec.unschedulable ?? false,
    conditions: factConditions(status.conditions ?? []),
    versions: {
      kubelet: info.kubeletVersion ?? '',
      kernel: info.kernelVersion ?? '',
      containerRuntime: info.containerRuntimeVersion ?? '',
      osImage: info.osImage ?? '',
      operatingSystem: info.operatingSystem ?? '',
      architecture: info.architecture ?? '',
    },
    resourceVersion: metadata.resourceVersion ?? '',
    allocatable: amountsOf(status.allocatable),
  };
}

/** A Node with these facts, as placement reads it. */
export function nodeFromFacts(facts: NodeFacts): Node {
  const { versions } = facts;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: facts.name, uid: facts.uid, resourceVersion: facts.resourceVersion, labels: facts.labels },
    spec: { taints: facts.taints, unschedulable: facts.unschedulable },
    status: {
      conditions: facts.conditions,
      nodeInfo: {
        kubeletVersion: versions.kubelet,
        kernelVersion: versions.kernel,
        containerRuntimeVersion: versions.containerRuntime,
        osImage: versions.osImage,
        operatingSystem: versions.operatingSystem,
        architecture: versions.architecture,
      },
    },
  };
}

function factConditions(conditions: NonNullable<NonNullable<Node['status']>['conditions']>): FactCondition[] {
  return conditions
    .map(({ type = '', status = '', reason = '', message = '' }) => ({ type, status, reason, message }))
    .sort((left, right) => (left.type < right.type ? -1 : Number(left.type > right.type)));
}
