/** Compares two states of a node's daemon pods, and two states of its drifts. */

import type { Change, DriftEvent } from '../../shared/journal-format/events.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { plural } from '../../shared/plural.ts';
import { fieldChanges } from './field-changes.ts';

export function podChanges(before: readonly PodHealth[], after: readonly PodHealth[]): Change[] {
  return fieldChanges(flatten(before), flatten(after));
}

export type DriftChange = Pick<DriftEvent, 'action' | 'drift'>;

/** Drifts that began, changed or ended. A drift that continues keeps its start time, and a drift reported twice counts once. */
export function driftChanges(
  before: readonly Drift[],
  after: readonly Drift[],
): { drifts: Drift[]; changes: DriftChange[] } {
  const earlier = new Map(before.map((drift) => [driftIdentity(drift), drift]));
  const drifts: Drift[] = [];
  const changes: DriftChange[] = [];
  for (const [identity, reported] of new Map(after.map((drift) => [driftIdentity(drift), drift]))) {
    const known = earlier.get(identity);
    earlier.delete(identity);
    const drift = known === undefined ? reported : { ...reported, sinceMs: Math.min(known.sinceMs, reported.sinceMs) };
    drifts.push(drift);
    if (known === undefined) changes.push({ action: 'began', drift });
    else if (known.detail !== drift.detail) changes.push({ action: 'changed', drift });
  }
  for (const drift of earlier.values()) changes.push({ action: 'ended', drift });
  return { drifts, changes };
}

function driftIdentity({ kind, daemonSet, podName }: Drift): string {
  return `${kind} ${daemonSet} ${podName}`;
}

function flatten(pods: readonly PodHealth[]): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const pod of pods) flat[`${pod.daemonSet} ${pod.podName}`] = podText(pod);
  return flat;
}

function podText(pod: PodHealth): string {
  const { phase, ready, available, restartCount, waitingReason, templateRevision, terminating, podUid } = pod;
  const words = [phase, ready ? 'ready' : 'not ready', available ? 'available' : 'not available'];
  if (terminating) words.push('terminating');
  if (waitingReason !== '') words.push(waitingReason);
  words.push(plural(restartCount, 'restart'), `revision ${templateRevision || 'unknown'}`);
  if (podUid !== '') words.push(`uid ${podUid}`);
  return words.join(', ');
}
