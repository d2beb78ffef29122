/**
 * A second, naive implementation of verification for comparison: it checks one pod at a time, and shares only the types
 * with the first.
 */
import type { Assignment } from '../../shared/model/assignment.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';

/** `kind daemonSet podName` of every drift, in any order. */
export function naiveDrifts(assignments: readonly Assignment[], pods: readonly PodHealth[]): string[] {
  const drifts: string[] = [];
  for (const pod of pods) {
    const assigned = assignments.find((one) => one.daemonSet === pod.daemonSet && !isForeign(pod, one));
    const label = (kind: string) => drifts.push(`${kind} ${pod.daemonSet} ${pod.podName}`);
    if (assigned === undefined) {
      if (!pod.terminating) label('unexpected');
      continue;
    }
    const siblings = pods.filter((other) => other.daemonSet === pod.daemonSet && !isForeign(other, assigned));
    const isUp = isLiving(pod);
    const elders = siblings.filter(
      (other) =>
        isLiving(other) &&
        // During a surge, pods of the assigned template and pods of older templates are not duplicates of each other.
        (!assigned.surge || isUpdated(other, assigned) === isUpdated(pod, assigned)) &&
        (other.createdMs < pod.createdMs || (other.createdMs === pod.createdMs && other.podName < pod.podName)),
    );
    if (isUp && elders.length > 0) label('duplicate');
    if (assigned.verdict === 'keep') continue;
    if (isUp && !isUpdated(pod, assigned)) label('outdated');
    const isRunning = pod.phase !== 'Failed' && pod.phase !== 'Succeeded';
    if (isUp && !pod.ready) label('unhealthy');
    const nobodyIsUp = !siblings.some(isLiving);
    if (nobodyIsUp && pod.terminating && isRunning && !pod.ready) label('unhealthy');
    if (nobodyIsUp && !pod.terminating && !isRunning) label('unhealthy');
  }
  for (const assigned of assignments) {
    const own = pods.filter((pod) => pod.daemonSet === assigned.daemonSet && !isForeign(pod, assigned));
    const remains = own.filter((pod) => !(pod.terminating && (pod.phase === 'Failed' || pod.phase === 'Succeeded')));
    if (assigned.verdict === 'run' && remains.length === 0) drifts.push(`missing ${assigned.daemonSet} `);
  }
  return drifts;
}

function isLiving(pod: PodHealth): boolean {
  return !pod.terminating && ['Pending', 'Running', 'Unknown'].includes(pod.phase);
}

function isUpdated(pod: PodHealth, assigned: Assignment): boolean {
  return pod.templateRevision === assigned.templateRevision;
}

function isForeign(pod: PodHealth, assigned: Assignment): boolean {
  return pod.daemonSetUid.length > 0 && assigned.daemonSetUid.length > 0 && pod.daemonSetUid !== assigned.daemonSetUid;
}
