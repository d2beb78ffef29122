/** Minimal reports for tests. */
import type { Unnumbered } from '../../agent/stream/outbox.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';

export function nodeReport(source = 'file', observedMs = 1_000): Unnumbered<NodeReport> {
  const versions = {
    kubelet: '',
    kernel: '',
    containerRuntime: '',
    osImage: '',
    operatingSystem: '',
    architecture: '',
  };
  return {
    observedMs,
    facts: {
      name: 'n1',
      uid: '',
      labels: {},
      taints: [],
      unschedulable: false,
      conditions: [],
      versions,
      resourceVersion: '',
      allocatable: {},
    },
    source,
    problem: '',
  };
}

export function podReport(verifiedRevision: number, observedMs = 1_000): Unnumbered<PodReport> {
  return { observedMs, pods: [], verifiedRevision, drifts: [], usage: null };
}
