/**
 * Holds the assignments against the pods that are there: the node's own answer to the roll. Pure; it
 * reads pods as the DaemonSet controller does (Kubernetes daemon_controller.go podsShouldBeOnNode).
 *
 * - A pod that ended and is being deleted is gone already. One that still runs while it is deleted keeps
 *   its place, because no other is started before it is gone: it is neither missing nor unexpected nor
 *   outdated nor a duplicate, but where nothing else is ready either, the daemon is unhealthy.
 * - A pod that ended (Failed, Succeeded) and is not being deleted waits for its replacement: unhealthy, as
 *   long as no other pod of the DaemonSet is there.
 * - Of several pods the oldest stays; each of the others is a duplicate. Where the rolling update surges,
 *   the oldest of the assigned template and the oldest of any older one both stay.
 * - With the verdict `keep` a pod may be absent, and may be there in any state; only one, though.
 * - A pod of a DaemonSet that was deleted and created anew belongs to nobody: unexpected.
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
  /** What the verification before found: a drift that lasts keeps its beginning. */
  readonly previous: readonly Drift[];
  readonly nowMs: number;
}

type Finding = Pick<Drift, 'kind' | 'podName' | 'detail'> & Partial<Pick<Drift, 'sinceMs'>>;

/** Every disagreement, sorted by DaemonSet, kind and pod. */
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

/** The drifts with the beginnings that the same ones had before. */
export function keepStarts(drifts: readonly Drift[], previous: readonly Drift[]): Drift[] {
  const sinceMs = new Map(previous.map((drift) => [identityOf(drift), drift.sinceMs]));
  return drifts.map((drift) => ({ ...drift, sinceMs: sinceMs.get(identityOf(drift)) ?? drift.sinceMs }));
}

function identityOf({ kind, daemonSet, podName }: Drift): string {
  return `${kind} ${daemonSet} ${podName}`;
}

function findingsOf(assignment: Assignment | undefined, pods: readonly PodHealth[]): Finding[] {
  if (assignment === undefined) return unexpected(pods, 'nothing is assigned that it could be');
  const [strangers, own] = partition(pods, (pod) => isOfPredecessor(pod, assignment.daemonSetUid));
  const living = own.filter((pod) => !pod.terminating && !hasEnded(pod)).toSorted(compareAge);
  const found = [...unexpected(strangers, FOREIGN), ...duplicates(living, assignment)];
  if (assignment.verdict === 'keep') return found;
  return [...found, ...missing(own), ...outdated(living, assignment), ...unhealthy(own, living)];
}

function missing(own: readonly PodHealth[]): Finding[] {
  return own.length > 0 ? [] : [{ kind: 'missing', podName: '', detail: '' }];
}

const FOREIGN = 'it belongs to a deleted DaemonSet of the same name';

function unexpected(pods: readonly PodHealth[], why: string): Finding[] {
  const staying = pods.filter(({ terminating }) => !terminating);
  return staying.map(({ podName, phase }) => ({ kind: 'unexpected', podName, detail: `${why}; phase ${phase}` }));
}

/** Kubernetes' podsShouldBeOnNode prunes these: by age alone, and while it surges by age within each template. */
function duplicates(living: readonly PodHealth[], { surge, templateRevision }: Assignment): Finding[] {
  const groups = surge ? partition(living, (pod) => pod.templateRevision === templateRevision) : [living];
  return groups.flatMap(([oldest, ...others]) =>
    others.map(({ podName }) => ({ kind: 'duplicate', podName, detail: `${oldest?.podName} is older` })),
  );
}

function outdated(living: readonly PodHealth[], { templateRevision: wanted }: Assignment): Finding[] {
  return living
    .filter(({ templateRevision }) => templateRevision !== wanted)
    .map(({ podName, templateRevision }) => {
      const detail = `template revision ${templateRevision || 'unknown'} instead of ${wanted}`;
      return { kind: 'outdated', podName, detail };
    });
}

function unhealthy(own: readonly PodHealth[], living: readonly PodHealth[]): Finding[] {
  const judged = living.length > 0 ? living : own;
  return judged
    .filter((pod) => !pod.ready || hasEnded(pod))
    .map((pod) => ({ kind: 'unhealthy', podName: pod.podName, detail: unhealthyDetail(pod), ...unreadySince(pod) }));
}

/** An agent that only just came finds pods that broke long before. */
function unreadySince({ sinceMs, createdMs }: PodHealth): Partial<Pick<Drift, 'sinceMs'>> {
  const knownMs = sinceMs || createdMs;
  return knownMs > 0 ? { sinceMs: knownMs } : {};
}

function unhealthyDetail(pod: PodHealth): string {
  const { waitingReason, waitingMessage, phase, terminating } = pod;
  if (terminating) return 'being deleted';
  const state = waitingReason || (phase === 'Running' ? 'not ready' : phase);
  const why = waitingMessage === '' ? state : `${state}: ${waitingMessage}`;
  return hasEnded(pod) ? `${why}; it waits for its replacement` : why;
}

function compareDrifts(left: Drift, right: Drift): number {
  return DRIFT_KINDS.indexOf(left.kind) - DRIFT_KINDS.indexOf(right.kind) || compareText(left.podName, right.podName);
}

function partition<Value>(values: readonly Value[], test: (value: Value) => boolean): [Value[], Value[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}
