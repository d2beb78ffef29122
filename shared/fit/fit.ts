/**
 * Whether a daemon pod has room on a node, as the scheduler and the kubelet count it (Kubernetes scheduler
 * noderesources/fit.go and nodeports). Pure. It never changes whether the pod is wanted there: a pod that
 * is wanted and does not fit waits. Priorities play no part: whether the scheduler would make room by
 * preempting others is not asked here.
 */
import type { DaemonSetKey } from '../roll/model.ts';
import { amountText } from './amounts.ts';
import type { Amounts, FitReason, FitResult, HostPort, NodeUsage, PodNeeds, PodUsage, TakenPort } from './types.ts';

export interface FitInput {
  readonly daemonSet: DaemonSetKey;
  /** `null` where they are not known. */
  readonly needs: PodNeeds | null;
  /** Of the node; empty where it is not known. */
  readonly allocatable: Amounts;
  /** `null` where nobody said what runs there. */
  readonly usage: NodeUsage | null;
}

/** A pod of the DaemonSet that is there already takes no room from another one: its successor takes its place. */
export function fit({ daemonSet, needs, allocatable, usage }: FitInput): FitResult {
  if (needs === null) return unknown('REQUESTS_UNKNOWN', 'What the daemon pod requests is not known.');
  if (usage === null)
    return unknown(
      'USAGE_UNKNOWN',
      "What the node's pods take is not known: its agent has not said, or what it said then is not kept.",
    );
  if (Object.keys(allocatable).length === 0) {
    return unknown('ALLOCATABLE_UNKNOWN', 'What the node has to allocate is not known.');
  }
  const used = [usage.others, ...usage.daemonSets.filter((one) => one.daemonSet !== daemonSet).map((one) => one.usage)];
  const reasons = [
    ...podCountReasons(allocatable, used),
    ...resourceReasons(needs.requests, allocatable, used),
    ...hostPortReasons(needs.hostPorts, used),
  ];
  return reasons.length === 0 ? FITS : { fits: 'no', reasons };
}

/** One for all: most pairs fit. */
const FITS: FitResult = { fits: 'yes', reasons: [] };

const NO_DETAIL = { resource: '', requested: 0, allocatable: 0, used: 0, pod: '' };

function unknown(code: FitReason['code'], message: string): FitResult {
  return { fits: 'unknown', reasons: [{ code, message, ...NO_DETAIL }] };
}

function podCountReasons(allocatable: Amounts, usages: readonly PodUsage[]): FitReason[] {
  const [limit, used] = [allocatable['pods'] ?? 0, sum(usages.map(({ podCount }) => podCount))];
  if (used + 1 <= limit) return [];
  const message = `Too many pods: ${used} others are there, and the node takes ${limit}.`;
  return [{ ...NO_DETAIL, code: 'TOO_MANY_PODS', message, resource: 'pods', requested: 1, allocatable: limit, used }];
}

function resourceReasons(requests: Amounts, allocatable: Amounts, usages: readonly PodUsage[]): FitReason[] {
  return Object.entries(requests).flatMap(([resource, requested]) => {
    const [limit, used] = [allocatable[resource] ?? 0, sum(usages.map((one) => one.requests[resource] ?? 0))];
    if (requested <= limit - used) return [];
    const [asked, had, taken] = [requested, limit, used].map((amount) => amountText(resource, amount));
    const message = `Insufficient ${resource}: the daemon pod requests ${asked}, the node allocates ${had}, other pods request ${taken}.`;
    return [{ ...NO_DETAIL, code: 'RESOURCE_INSUFFICIENT', message, resource, requested, allocatable: limit, used }];
  });
}

function hostPortReasons(wanted: readonly HostPort[], usages: readonly PodUsage[]): FitReason[] {
  const taken = usages.flatMap(({ hostPorts }) => hostPorts);
  return wanted.flatMap((port) => {
    const holder = taken.find((one) => conflicts(port, one));
    if (holder === undefined) return [];
    const message = `Host port ${port.port}/${port.protocol} is taken by pod ${holder.pod}.`;
    return [{ ...NO_DETAIL, code: 'HOST_PORT_TAKEN', message, pod: holder.pod }];
  });
}

const EVERY_ADDRESS = '0.0.0.0';

function conflicts(one: HostPort, other: TakenPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.hostIP === other.hostIP || one.hostIP === EVERY_ADDRESS || other.hostIP === EVERY_ADDRESS;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
