/** The facts that Rollcall keeps about a node, and their conversion from and to a Kubernetes Node. */
import type { Node } from '../kubernetes/objects.ts';
import { type Amounts, amountsOf } from '../kubernetes/resource-amounts.ts';

export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  readonly unschedulable: boolean;
  /** Sorted by type. */
  readonly conditions: readonly FactCondition[];
  readonly versions: NodeVersions;
  /** The resourceVersion of the Node object, or a digest if the source is a file. */
  readonly resourceVersion: string;
  /** Allocatable resources; empty where unknown. */
  readonly allocatable: Amounts;
}

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface FactCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface NodeVersions {
  readonly kubelet: string;
  readonly kernel: string;
  readonly containerRuntime: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}

/** The facts of a valid node. Missing fields become empty values. */
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

/** A Node object with these facts, for the placement engine. */
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
