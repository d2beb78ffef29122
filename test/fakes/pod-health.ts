/** A healthy daemon pod, for tests that specify only the fields that differ. */
import type { PodHealth } from '../../shared/model/pod-health.ts';

export function podHealth(changes: Pick<PodHealth, 'daemonSet' | 'podName'> & Partial<PodHealth>): PodHealth {
  return {
    daemonSetUid: '',
    podUid: '',
    phase: 'Running',
    ready: true,
    available: true,
    restartCount: 0,
    waitingReason: '',
    waitingMessage: '',
    templateRevision: 'r1',
    sinceMs: 0,
    createdMs: 0,
    terminating: false,
    ...changes,
  };
}
