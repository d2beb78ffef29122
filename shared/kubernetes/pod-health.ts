/** What a Pod says about a DaemonSet's daemon on its node. */
import type { PodHealth, PodPhase } from '../roll/model.ts';
import { DEFAULT_NAMESPACE } from './default-daemon-set.ts';
import type { ContainerStatus, NodeCondition, OwnerReference, Pod } from './objects.ts';

/** The label in which the DaemonSet controller notes which template a pod was made from. */
const TEMPLATE_REVISION_LABEL = 'controller-revision-hash';

const PHASES: ReadonlySet<string> = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);

/** Waiting reasons of a pod that simply starts; any other one is worth more than these. */
const STARTING_REASONS: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * The health of a daemon pod at `nowMs`, or `null` where no DaemonSet owns the pod. Available means
 * ready for `minReadySeconds` (Kubernetes' IsPodAvailable).
 */
export function podHealth(
  pod: Pod,
  options: { readonly nowMs: number; readonly minReadySeconds: number },
): PodHealth | null {
  const owner = owningDaemonSet(pod);
  if (owner === null) return null;
  const { metadata = {}, status = {} } = pod;
  const readyCondition = conditionOf(pod, 'Ready');
  const ready = readyCondition?.status === 'True';
  const readyMs = timeMs(readyCondition?.lastTransitionTime);
  const waiting = waitingOf(pod);
  return {
    daemonSet: `${metadata.namespace || DEFAULT_NAMESPACE}/${owner.name ?? ''}`,
    daemonSetUid: owner.uid ?? '',
    podName: metadata.name ?? '',
    podUid: metadata.uid ?? '',
    phase: phaseOf(status.phase),
    ready,
    available: ready && isReadyLongEnough(readyMs, options),
    restartCount: restartCountOf(pod),
    waitingReason: waiting.reason,
    waitingMessage: waiting.message,
    templateRevision: metadata.labels?.[TEMPLATE_REVISION_LABEL] ?? '',
    sinceMs: readyMs,
    createdMs: timeMs(metadata.creationTimestamp),
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

/** The DaemonSet that controls the pod, or `null`. */
export function owningDaemonSet(pod: Pod): OwnerReference | null {
  const owners = pod.metadata?.ownerReferences ?? [];
  const owner = owners.find(
    ({ kind, apiVersion = '' }) => kind === 'DaemonSet' && /^(apps|extensions)\//.test(apiVersion),
  );
  return owner === undefined || owner.controller === false ? null : owner;
}

function phaseOf(phase: string | undefined): PodPhase {
  return phase !== undefined && PHASES.has(phase) ? (phase as PodPhase) : 'Unknown';
}

function isReadyLongEnough(
  readyMs: number,
  { nowMs, minReadySeconds }: { readonly nowMs: number; readonly minReadySeconds: number },
): boolean {
  return minReadySeconds === 0 || (readyMs !== 0 && readyMs + minReadySeconds * 1000 <= nowMs);
}

function restartCountOf({ status = {} }: Pod): number {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].reduce(
    (total, { restartCount = 0 }) => total + restartCount,
    0,
  );
}

interface Waiting {
  readonly reason: string;
  readonly message: string;
}

const NOT_WAITING: Waiting = { reason: '', message: '' };

/** The most telling reason: why the pod failed, why it has no node yet, or what its containers wait for. */
function waitingOf(pod: Pod): Waiting {
  const { status = {} } = pod;
  if (status.phase === 'Succeeded') return NOT_WAITING;
  if (status.phase === 'Failed') return failureOf(pod);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { reason: scheduled.reason || 'Unschedulable', message: scheduled.message ?? '' };
  }
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = containers.flatMap(waitingOfContainer);
  return waiting.find(({ reason }) => !STARTING_REASONS.has(reason)) ?? waiting[0] ?? NOT_WAITING;
}

function waitingOfContainer({ state = {} }: ContainerStatus): Waiting[] {
  const { waiting } = state;
  return waiting?.reason ? [{ reason: waiting.reason, message: waiting.message ?? '' }] : [];
}

/** A pod fails as a whole (evicted, refused by the kubelet), or because a container ended badly. */
function failureOf({ status = {} }: Pod): Waiting {
  if (status.reason) return { reason: status.reason, message: status.message ?? '' };
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { state = {} } of containers) {
    const { reason, message = '' } = state.terminated ?? {};
    if (reason && reason !== 'Completed') return { reason, message };
  }
  return { reason: 'Failed', message: status.message ?? '' };
}

function conditionOf({ status = {} }: Pod, type: string): NodeCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** 0 where there is no time, or none that can be read. */
function timeMs(time: string | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
