/**
 * Compares the assignments of a node with its pods. Pure; interprets pods as the DaemonSet controller does
 * (Kubernetes daemon_controller.go podsShouldBeOnNode).
 *
 * - A pod that has ended and is being deleted is ignored. A pod that is being deleted but still runs keeps its
 *   place, because the controller starts no other pod before it is gone: it is neither missing, unexpected,
 *   outdated nor a duplicate. If no other pod is ready, it is unhealthy.
 * - A pod that has ended (Failed, Succeeded) and is not being deleted waits for its replacement. It is unhealthy
 *   unless another pod of the DaemonSet exists.
 * - Of several pods the oldest stays, and each of the others is a duplicate. With maxSurge, the oldest pod of the
 *   assigned template and the oldest pod of any older template both stay.
 * - With the verdict `keep`, the node may have no pod or one pod in any state. More than one are duplicates.
 * - A pod of a DaemonSet that was deleted and recreated is unexpected.
 */

import type { Assignment } from '../model/assignment.ts';
import { DRIFT_KINDS, type Drift } from '../model/drift.ts';
import type { PodHealth } from '../model/pod-health.ts';
import { compareAge, compareText, hasEnded, isOfPredecessor, podsByDaemonSet } from './daemon-pods.ts';

export interface FindDriftsInput {
  readonly node: string;
  readonly assignments: Iterable<Assignment>;
  /** Daemon pods only. */
  readonly pods: readonly PodHealth[];
  /** The drifts of the previous comparison. A drift that persists keeps its start time. */
  readonly previous: readonly Drift[];
  readonly nowMs: number;
}

type Finding = Pick<Drift, 'kind' | 'podName' | 'detail'> & Partial<Pick<Drift, 'sinceMs'>>;

/** All drifts, sorted by DaemonSet, kind and pod. */
export function findDrifts({ node, assignments, pods, previous, nowMs }: FindDriftsInput): Drift[] {
  const byDaemonSet = new Map([...assignments].map((assignment) => [assignment.daemonSet, assignment]));
  const podsOf = podsByDaemonSet(pods);
  const keys = [...new Set([...byDaemonSet.keys(), ...podsOf.keys()])].toSorted(compareText);
  const drifts = keys.flatMap((daemonSet): Drift[] => {
    const findings = findingsOf(byDaemonSet.get(daemonSet), podsOf.get(daemonSet) ?? []);
    return findings
      .map((finding) => ({ daemonSet, node, ...finding, sinceMs: Math.min(finding.sinceMs ?? nowMs, nowMs) }))
      .sort(compareDrifts);
  });
  return keepStarts(drifts, previous);
}

/** The drifts with the start times that the same drifts had before. */
export function keepStarts(drifts: readonly Drift[], previous: readonly Drift[]): Drift[] {
  const sinceMs = new Map(previous.map((drift) => [identityOf(drift), drift.sinceMs]));
  return drifts.map((drift) => ({ ...drift, sinceMs: sinceMs.get(identityOf(drift)) ?? drift.sinceMs }));
}

function identityOf({ kind, daemonSet, podName }: Drift): string {
  return `${kind} ${daemonSet} ${podName}`;
}

function findingsOf(assignment: Assignment | undefined, pods: readonly PodHealth[]): Finding[] {
  if (assignment === undefined) return unexpected(pods, 'no assignment matches this pod');
  const [strangers, own] = partition(pods, (pod) => isOfPredecessor(pod, assignment.daemonSetUid));
  const living = own.filter((pod) => !pod.terminating && !hasEnded(pod)).toSorted(compareAge);
  const found = [...unexpected(strangers, FOREIGN), ...duplicates(living, assignment)];
  if (assignment.verdict === 'keep') return found;
  return [...found, ...missing(own), ...outdated(living, assignment), ...unhealthy(own, living)];
}

function missing(own: readonly PodHealth[]): Finding[] {
  return own.length > 0 ? [] : [{ kind: 'missing', podName: '', detail: '' }];
}

const FOREIGN = 'it belongs to a deleted DaemonSet with the same name';

function unexpected(pods: readonly PodHealth[], why: string): Finding[] {
  const staying = pods.filter(({ terminating }) => !terminating);
  return staying.map(({ podName, phase }) => ({ kind: 'unexpected', podName, detail: `${why}; phase ${phase}` }));
}

/** Kubernetes podsShouldBeOnNode deletes these: by age, or with maxSurge by age within each template. */
function duplicates(living: readonly PodHealth[], { surge, templateRevision }: Assignment): Finding[] {
  const groups = surge ? partition(living, (pod) => pod.templateRevision === templateRevision) : [living];
  return groups.flatMap(([oldest, ...others]) =>
    others.map((pod) => ({ kind: 'duplicate', podName: pod.podName, detail: duplicateDetail(pod, oldest) })),
  );
}

/** A scheduled pod takes precedence over an unscheduled one, even over an older one. */
function duplicateDetail(pod: PodHealth, kept: PodHealth | undefined): string {
  const isScheduledOnly = pod.unscheduled === true && kept?.unscheduled !== true;
  return `${isScheduledOnly ? 'scheduled' : 'older'} pod ${kept?.podName} exists`;
}

function outdated(living: readonly PodHealth[], { templateRevision: expected }: Assignment): Finding[] {
  return living
    .filter(({ templateRevision }) => templateRevision !== expected)
    .map(({ podName, templateRevision }) => {
      const detail = `template revision ${templateRevision || 'unknown'} instead of ${expected}`;
      return { kind: 'outdated', podName, detail };
    });
}

function unhealthy(own: readonly PodHealth[], living: readonly PodHealth[]): Finding[] {
  const judged = living.length > 0 ? living : own;
  return judged
    .filter((pod) => !pod.ready || hasEnded(pod))
    .map((pod) => ({ kind: 'unhealthy', podName: pod.podName, detail: unhealthyDetail(pod), ...unreadySince(pod) }));
}

/** A new agent can find pods that became unhealthy before it started. */
function unreadySince({ sinceMs, createdMs }: PodHealth): Partial<Pick<Drift, 'sinceMs'>> {
  const knownMs = sinceMs || createdMs;
  return knownMs > 0 ? { sinceMs: knownMs } : {};
}

function unhealthyDetail(pod: PodHealth): string {
  const { waitingReason, waitingMessage, phase, terminating } = pod;
  if (terminating) return 'being deleted';
  const state = waitingReason || (phase === 'Running' ? 'not ready' : phase);
  const why = waitingMessage === '' ? state : `${state}: ${waitingMessage}`;
  return hasEnded(pod) ? `${why}; waiting for its replacement` : why;
}

function compareDrifts(left: Drift, right: Drift): number {
  return DRIFT_KINDS.indexOf(left.kind) - DRIFT_KINDS.indexOf(right.kind) || compareText(left.podName, right.podName);
}

function partition<Value>(values: readonly Value[], test: (value: Value) => boolean): [Value[], Value[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}
