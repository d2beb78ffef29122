/**
 * Whether a daemon pod has room on a node, as the scheduler and the kubelet count it (Kubernetes scheduler
 * noderesources/fit.go and nodeports). Pure. It never changes whether the pod is wanted there: a pod that
 * is wanted and does not fit waits. Priorities play no part: whether the scheduler would make room by
 * preempting others is not asked here.
 */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { HostPort, PodNeeds } from '../kubernetes/pod-needs.ts';
import type { Amounts } from '../kubernetes/resource-amounts.ts';
import { amountText } from '../kubernetes/resource-amounts.ts';
import type { NodeUsage, PodUsage, TakenPort } from '../model/node-usage.ts';
import type { FitReason, FitResult } from './fit-result.ts';

/** What is there of a node, and what of it is taken. */
export interface NodeRoom {
  /** Empty where it is not known. */
  readonly allocatable: Amounts;
  /** `null` where nobody said what runs there. */
  readonly usage: NodeUsage | null;
}

export interface FitInput extends NodeRoom {
  readonly daemonSet: DaemonSetKey;
  /** `null` where they are not known. */
  readonly needs: PodNeeds | null;
}

export function fit({ daemonSet, needs, ...room }: FitInput): FitResult {
  return fitOn(room)(daemonSet, needs);
}

/** Whether the pod of a DaemonSet, which needs so much, has room. */
export type Fit = (daemonSet: DaemonSetKey, needs: PodNeeds | null) => FitResult;

/** The same for whoever asks about many DaemonSets on a node: what its pods take is summed up once. */
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

/**
 * What a node's pods take without those of one DaemonSet: a pod of it that is there already takes no room from another one, since its
 * successor takes its place.
 */
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

/** Without the host ports, which are not summed up. */
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

/** One for all: most pairs fit. */
const FITS: FitResult = { fits: 'yes', reasons: [] };

const NO_DETAIL = { resource: '', requested: 0, allocatable: 0, used: 0, pod: '' };

const REQUESTS_UNKNOWN = unknown('REQUESTS_UNKNOWN', 'What the daemon pod requests is not known.');
const USAGE_UNKNOWN = unknown(
  'USAGE_UNKNOWN',
  "What the node's pods take is not known: its agent has not said, or what it said then is not kept.",
);
const ALLOCATABLE_UNKNOWN = unknown('ALLOCATABLE_UNKNOWN', 'What the node has to allocate is not known.');

function unknown(code: FitReason['code'], message: string): FitResult {
  return { fits: 'unknown', reasons: [{ code, message, ...NO_DETAIL }] };
}

function podCountReasons(allocatable: Amounts, taken: Taken, daemonSet: DaemonSetKey): readonly FitReason[] {
  const [limit, used] = [allocatable['pods'] ?? 0, taken.podCountWithout(daemonSet)];
  if (used + 1 <= limit) return NO_REASONS;
  const message = `Too many pods: ${used} others are there, and the node takes ${limit}.`;
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
    const [asked, had, others] = [requested, limit, used].map((amount) => amountText(resource, amount));
    const message = `Insufficient ${resource}: the daemon pod requests ${asked}, the node allocates ${had}, other pods request ${others}.`;
    return [{ ...NO_DETAIL, code: 'RESOURCE_INSUFFICIENT', message, resource, requested, allocatable: limit, used }];
  });
}

function hostPortReasons(wanted: readonly HostPort[], taken: Taken, daemonSet: DaemonSetKey): readonly FitReason[] {
  if (wanted.length === 0) return NO_REASONS;
  const ports = taken.hostPortsWithout(daemonSet);
  return wanted.flatMap((port) => {
    const holder = ports.find((one) => conflicts(port, one));
    if (holder === undefined) return [];
    const message = `Host port ${port.port}/${port.protocol} is taken by pod ${holder.pod}.`;
    return [{ ...NO_DETAIL, code: 'HOST_PORT_TAKEN', message, pod: holder.pod }];
  });
}

const NO_REASONS: readonly FitReason[] = [];

const EVERY_ADDRESS = '0.0.0.0';

function conflicts(one: HostPort, other: TakenPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.hostIP === other.hostIP || one.hostIP === EVERY_ADDRESS || other.hostIP === EVERY_ADDRESS;
}
