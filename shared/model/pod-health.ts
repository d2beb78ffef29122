/** The health of a daemon pod, and how it is read from a Kubernetes Pod. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import { DEFAULT_NAMESPACE } from '../kubernetes/default-daemon-set.ts';
import type { ContainerState, ContainerStatus, NodeCondition, Pod } from '../kubernetes/objects.ts';
import { owningDaemonSet } from '../kubernetes/owning-daemon-set.ts';
import { targetNodeName } from '../kubernetes/target-node-name.ts';
import { TEMPLATE_REVISION_LABEL } from '../kubernetes/template-revision.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** The state of one daemon pod, as its agent reports it. */
export interface PodHealth {
  readonly daemonSet: DaemonSetKey;
  readonly daemonSetUid: string;
  readonly podName: string;
  readonly podUid: string;
  readonly phase: PodPhase;
  readonly ready: boolean;
  /** Ready for at least the minReadySeconds of the DaemonSet. */
  readonly available: boolean;
  readonly restartCount: number;
  /** Why a container waits or the pod failed, for example CrashLoopBackOff; otherwise `''`. */
  readonly waitingReason: string;
  readonly waitingMessage: string;
  /** The controller-revision-hash label of the pod. */
  readonly templateRevision: string;
  /** Time of the last change of `ready`; 0 where unknown. */
  readonly sinceMs: number;
  /** 0 where unknown. */
  readonly createdMs: number;
  readonly terminating: boolean;
  /** Set where the pod names its node in its affinity and the scheduler has not bound it. */
  readonly unscheduled?: true;
}

const PHASES: ReadonlySet<string> = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);

/** Waiting reasons of a pod that starts normally. Any other reason takes precedence. */
const STARTING_REASONS: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Messages are cut to this length, because each event that contains them is stored. */
const MESSAGE_LENGTH_MAX = 1_000;

/**
 * The health of a daemon pod at `nowMs`, or `null` if no DaemonSet owns the pod. Available means ready for
 * `minReadySeconds` (Kubernetes IsPodAvailable).
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
    waitingReason: ready ? '' : waiting.reason,
    waitingMessage: ready ? '' : waiting.message.slice(0, MESSAGE_LENGTH_MAX),
    templateRevision: metadata.labels?.[TEMPLATE_REVISION_LABEL] ?? '',
    sinceMs: readyMs,
    createdMs: timeMs(metadata.creationTimestamp),
    terminating: metadata.deletionTimestamp !== undefined,
    ...(isUnscheduled(pod) && { unscheduled: true }),
  };
}

function isUnscheduled(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') === '' && targetNodeName(pod) !== null;
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

function restartCountOf(pod: Pod): number {
  return containersOf(pod).reduce((total, { restartCount = 0 }) => total + restartCount, 0);
}

interface Waiting {
  readonly reason: string;
  readonly message: string;
}

const NOT_WAITING: Waiting = { reason: '', message: '' };

/**
 * The most specific reason, in this order: why the pod failed, why it is not scheduled, why a container waits or
 * terminated, why the pod is not ready although its containers run (readiness probe or readiness gate).
 */
function waitingOf(pod: Pod): Waiting {
  const { status = {} } = pod;
  if (status.phase === 'Succeeded') return NOT_WAITING;
  if (status.phase === 'Failed') return failureOf(pod);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { reason: scheduled.reason || 'Unschedulable', message: scheduled.message ?? '' };
  }
  const containers = containersOf(pod);
  const waiting = containers.flatMap(waitingOfContainer);
  const stuck = waiting.find(({ reason }) => !STARTING_REASONS.has(reason)) ?? containers.flatMap(endOfContainer)[0];
  return stuck ?? waiting[0] ?? notReadyOf(pod);
}

/** Why a container waits and, after a restart, how it terminated last. */
function waitingOfContainer({ state = {}, lastState = {} }: ContainerStatus): Waiting[] {
  const { waiting } = state;
  if (!waiting?.reason) return [];
  const before = endText(lastState);
  const parts = [waiting.message ?? '', before === '' ? '' : `last termination: ${before}`];
  return [{ reason: waiting.reason, message: parts.filter((part) => part !== '').join('; ') }];
}

/** A container that terminated with an error. An init container that completed is not reported. */
function endOfContainer({ name = '', state = {} }: ContainerStatus): Waiting[] {
  const { reason, exitCode, message = '' } = state.terminated ?? {};
  if (state.terminated === undefined || reason === 'Completed') return [];
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const who = name === '' ? 'a container' : `container ${name}`;
  return [{ reason: reason || 'Error', message: `${who} terminated${code}${message && `: ${message}`}` }];
}

function endText({ terminated = {} }: ContainerState): string {
  const { reason = '', exitCode } = terminated;
  const parts = [reason, exitCode === undefined ? '' : `exit code ${exitCode}`];
  return parts.filter((part) => part !== '').join(', ');
}

function notReadyOf(pod: Pod): Waiting {
  const { status, reason = '', message = '' } = conditionOf(pod, 'Ready') ?? {};
  return status === 'False' ? { reason, message } : NOT_WAITING;
}

/** A pod fails as a whole (evicted, rejected by the kubelet) or because a container terminated with an error. */
function failureOf(pod: Pod): Waiting {
  const { status = {} } = pod;
  if (status.reason) return { reason: status.reason, message: status.message ?? '' };
  const [end] = containersOf(pod).flatMap(endOfContainer);
  return end ?? { reason: 'Failed', message: status.message ?? '' };
}

/** Container statuses in start order. */
function containersOf({ status = {} }: Pod): ContainerStatus[] {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}

function conditionOf({ status = {} }: Pod, type: string): NodeCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** 0 where the time is missing or not valid. */
function timeMs(time: string | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
