/** Minimal DaemonSets and nodes for placement tests. */
import type { NodeSelectorTerm, PodSpec, Requirement, Taint } from '../../shared/kubernetes/objects.ts';
import {
  type DaemonSet,
  type Edit,
  evaluatePlacement,
  type Node,
  type PlacementResult,
  type Reason,
} from '../../shared/placement/index.ts';

export function daemonSet(spec: PodSpec): DaemonSet {
  return { metadata: { name: 'd', namespace: 'default' }, spec: { template: { spec } } };
}

export function daemonSetWithTerms(...nodeSelectorTerms: NodeSelectorTerm[]): DaemonSet {
  return daemonSet({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
}

export function daemonSetWithRequirement(key: string, operator: string, ...values: string[]): DaemonSet {
  return daemonSetWithTerms({ matchExpressions: [requirement(key, operator, ...values)] });
}

export function requirement(key: string, operator: string, ...values: string[]): Requirement {
  return { key, operator, ...(values.length === 0 ? {} : { values }) };
}

export function node(labels: Record<string, string> = {}, ...taints: Taint[]): Node {
  return { metadata: { name: 'worker-1', labels }, spec: { taints } };
}

/** `key=value:effect` or `key:effect`, as kubectl writes taints. */
export function taint(text: string): Taint {
  const [, key = '', value, effect = ''] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(text) ?? [];
  return { key, effect, ...(value === undefined ? {} : { value }) };
}

export function verdictOf(placed: DaemonSet, on: Node): string {
  return evaluatePlacement(placed, on).verdict;
}

/** The only reason with this code. */
export function reasonOf({ reasons }: PlacementResult, code: string): Reason {
  const [reason, ...others] = reasons.filter((one) => one.code === code);
  if (reason === undefined || others.length > 0) {
    throw new Error(`expected one reason ${code}, but found ${reasons.map((one) => one.code).join(', ')}`);
  }
  return reason;
}

export function shown(edits: readonly Edit[]): string[] {
  return edits.map(({ objectKind, action, verdict }) => `${objectKind}: ${action} → ${verdict}`);
}
