/**
 * Whether a daemon pod has room on a node, computed as the scheduler and the kubelet do (Kubernetes scheduler
 * noderesources/fit.go and nodeports). Pure. The result does not affect the placement: a pod that does not fit
 * stays pending. Preemption of pods with a lower priority is not considered.
 */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { HostPort, PodNeeds } from '../kubernetes/pod-needs.ts';
import type { Amounts } from '../kubernetes/resource-amounts.ts';
import { amountText } from '../kubernetes/resource-amounts.ts';
import type { FitReason, FitResult } from '../model/fit-result.ts';
import type { NodeUsage, PodUsage, TakenPort } from '../model/node-usage.ts';
import { plural } from '../plural.ts';

/** The resources of a node and their usage. */
export interface NodeRoom {
  /** Empty where unknown. */
  readonly allocatable: Amounts;
  /** `null` where unknown. */
  readonly usage: NodeUsage | null;
}

export interface FitInput extends NodeRoom {
  readonly daemonSet: DaemonSetKey;
  /** `null` where unknown. */
  readonly needs: PodNeeds | null;
}

export function fit({ daemonSet, needs, ...room }: FitInput): FitResult {
  return fitOn(room)(daemonSet, needs);
}

/** Whether the daemon pod with these needs has room. */
export type Fit = (daemonSet: DaemonSetKey, needs: PodNeeds | null) => FitResult;

/** The same check for many DaemonSets on one node; adds up the usage of the node only once. */
export function fitOn({ allocatable, usage }: NodeRoom): Fit {
  if (usage === null) return (_, needs) => (needs === null ? REQUESTS_UNKNOWN : USAGE_UNKNOWN);
  if (Object.keys(allocatable).length === 0) {
    return (_, needs) => (needs === null ? REQUESTS_UNKNOWN : ALLOCATABLE_UNKNOWN);
  }
  const taken = new Taken(usage);
  return (daemonSet, needs) => {
    if (needs === null) return REQUESTS_UNKNOWN;
    const reasons = [
      ...podCountReasons(allocatable, taken, daemonSet),
      ...resourceReasons(needs.requests, allocatable, taken, daemonSet),
      ...hostPortReasons(needs.hostPorts, taken, daemonSet),
    ];
    return reasons.length === 0 ? FITS : { fits: 'no', reasons };
  };
}

/** The usage of a node without the pods of one DaemonSet, because its existing pod is replaced by the new one. */
class Taken {
  readonly #usage: NodeUsage;
  readonly #total: PodUsage;
  readonly #own = new Map<DaemonSetKey, PodUsage>();

  constructor(usage: NodeUsage) {
    this.#usage = usage;
    for (const { daemonSet, usage: own } of usage.daemonSets) {
      this.#own.set(daemonSet, together([this.#own.get(daemonSet) ?? NOTHING, own]));
    }
    this.#total = together([usage.others, ...this.#own.values()]);
  }

  podCountWithout(daemonSet: DaemonSetKey): number {
    return this.#total.podCount - (this.#own.get(daemonSet)?.podCount ?? 0);
  }

  requestedWithout(daemonSet: DaemonSetKey, resource: string): number {
    return (this.#total.requests[resource] ?? 0) - (this.#own.get(daemonSet)?.requests[resource] ?? 0);
  }

  hostPortsWithout(daemonSet: DaemonSetKey): readonly TakenPort[] {
    const others = this.#usage.daemonSets.filter((one) => one.daemonSet !== daemonSet);
    return [this.#usage.others, ...others.map((one) => one.usage)].flatMap(({ hostPorts }) => hostPorts);
  }
}

const NOTHING: PodUsage = { podCount: 0, requests: {}, hostPorts: [] };

/** Adds up everything except host ports. */
function together(usages: readonly PodUsage[]): PodUsage {
  const requests: Record<string, number> = {};
  let podCount = 0;
  for (const one of usages) {
    podCount += one.podCount;
    for (const [resource, amount] of Object.entries(one.requests))
      requests[resource] = (requests[resource] ?? 0) + amount;
  }
  return { podCount, requests, hostPorts: [] };
}

/** One shared value, because most pairs fit. */
const FITS: FitResult = { fits: 'yes', reasons: [] };

const NO_DETAIL = { resource: '', requested: 0, allocatable: 0, used: 0, pod: '' };

const REQUESTS_UNKNOWN = unknown('REQUESTS_UNKNOWN', 'The resource requests of the daemon pod are unknown.');
const USAGE_UNKNOWN = unknown(
  'USAGE_UNKNOWN',
  'The resource usage on the node is unknown: its agent is absent or has not reported it, or the journal does not keep it.',
);
const ALLOCATABLE_UNKNOWN = unknown('ALLOCATABLE_UNKNOWN', 'The allocatable resources of the node are unknown.');

function unknown(code: FitReason['code'], message: string): FitResult {
  return { fits: 'unknown', reasons: [{ code, message, ...NO_DETAIL }] };
}

function podCountReasons(allocatable: Amounts, taken: Taken, daemonSet: DaemonSetKey): readonly FitReason[] {
  const [limit, used] = [allocatable['pods'] ?? 0, taken.podCountWithout(daemonSet)];
  if (used + 1 <= limit) return NO_REASONS;
  const message = `Too many pods: the node allows ${plural(limit, 'pod')} and has ${plural(used, 'other pod')}.`;
  return [{ ...NO_DETAIL, code: 'TOO_MANY_PODS', message, resource: 'pods', requested: 1, allocatable: limit, used }];
}

function resourceReasons(
  requests: Amounts,
  allocatable: Amounts,
  taken: Taken,
  daemonSet: DaemonSetKey,
): readonly FitReason[] {
  return Object.entries(requests).flatMap(([resource, requested]): readonly FitReason[] => {
    const [limit, used] = [allocatable[resource] ?? 0, taken.requestedWithout(daemonSet, resource)];
    if (requested <= limit - used) return NO_REASONS;
    const [own, capacity, others] = [requested, limit, used].map((amount) => amountText(resource, amount));
    const message =
      `Insufficient ${resource}: the daemon pod requests ${own}, ` +
      `the node has ${capacity} allocatable, and other pods request ${others}.`;
    return [{ ...NO_DETAIL, code: 'RESOURCE_INSUFFICIENT', message, resource, requested, allocatable: limit, used }];
  });
}

function hostPortReasons(needed: readonly HostPort[], taken: Taken, daemonSet: DaemonSetKey): readonly FitReason[] {
  if (needed.length === 0) return NO_REASONS;
  const ports = taken.hostPortsWithout(daemonSet);
  return needed.flatMap((port) => {
    const holder = ports.find((one) => conflicts(port, one));
    if (holder === undefined) return [];
    const message = `Host port ${port.port}/${port.protocol} is used by pod ${holder.pod}.`;
    return [{ ...NO_DETAIL, code: 'HOST_PORT_TAKEN', message, pod: holder.pod }];
  });
}

const NO_REASONS: readonly FitReason[] = [];

const EVERY_ADDRESS = '0.0.0.0';

function conflicts(one: HostPort, other: TakenPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.hostIP === other.hostIP || one.hostIP === EVERY_ADDRESS || other.hostIP === EVERY_ADDRESS;
}
