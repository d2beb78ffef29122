/** The reason of a drift as a label is one of a fixed set of words. */
import { expect, it } from 'vitest';
import { driftReason } from '../../coordinator/operations/drift-reason.ts';
import type { Drift, DriftKind } from '../../shared/model/drift.ts';

const drift = (kind: DriftKind, detail: string): Drift => ({
  kind,
  detail,
  daemonSet: 'default/a',
  node: 'n1',
  podName: '',
  sinceMs: 0,
});

it.each<[DriftKind, string, string]>([
  ['unhealthy', 'CrashLoopBackOff: back-off 5m0s restarting failed container', 'CrashLoopBackOff'],
  ['unhealthy', 'ImagePullBackOff', 'ImagePullBackOff'],
  ['unhealthy', 'Kubelet42Surprise: no idea', 'Other'],
  ['unhealthy', '', 'Other'],
  ['missing', '', ''],
  ['missing', 'Unschedulable: 0/1 nodes are available', 'Unschedulable'],
  ['outdated', 'template revision a instead of b', ''],
])('%s with "%s" is "%s"', (kind, detail, reason) => {
  expect(driftReason(drift(kind, detail))).toBe(reason);
});
