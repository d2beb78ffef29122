/** Events for tests of the journal: fixed ones, and random ones such as a coordinator could record. */

import fc from 'fast-check';
import type { Cause, DecisionEvent, NewEvent } from '../../shared/journal-format/events.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import type { DriftKind } from '../../shared/model/drift.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';

export const CAUSE: Cause = { trigger: 'node-report', revision: 0, actor: '' };

export function decision(change: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    kind: 'decision',
    occurredMs: 1_000,
    cause: CAUSE,
    node: 'node-1',
    daemonSet: 'logging/fluentd',
    from: null,
    to: 'run',
    engineVersion: '1',
    ...change,
  };
}

export function facts(name: string, label = 'a'): NodeFacts {
  return {
    name,
    uid: `uid-${name}`,
    labels: { zone: label },
    taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }],
    unschedulable: false,
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }],
    versions: {
      kubelet: 'v1.35.0',
      kernel: '6.1',
      containerRuntime: 'containerd://2.0',
      osImage: 'Debian',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    resourceVersion: label,
    allocatable: { cpu: 4000, memory: 16 * 2 ** 30, pods: 110 },
  };
}

export function daemonSetRecord(key: string, generation: number): DaemonSetRecord {
  const [namespace, name] = key.split('/');
  return {
    key,
    uid: '',
    generation,
    templateRevision: `r${generation}`,
    minReadySeconds: 0,
    surge: false,
    needs: { requests: { cpu: 100 }, hostPorts: [{ protocol: 'TCP', hostIP: '0.0.0.0', port: 9100 }] },
    images: { fluentd: `example.com/fluentd:${generation}` },
    placement: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace },
      spec: { template: { spec: { nodeSelector: { zone: 'a' } } } },
    },
    digest: 'ab'.repeat(32),
    source: 'daemonsets/one.yaml',
  };
}

function podHealth(daemonSet: string, podName: string, restartCount: number): PodHealth {
  return {
    daemonSet,
    daemonSetUid: '',
    podName,
    podUid: '',
    phase: 'Running',
    ready: restartCount === 0,
    available: restartCount === 0,
    restartCount,
    waitingReason: '',
    waitingMessage: '',
    templateRevision: 'r1',
    sinceMs: 5,
    createdMs: 4,
    terminating: false,
  };
}

const node = fc.constantFrom('node-1', 'node-2', 'node-3', 'nœud-4');
const daemonSet = fc.constantFrom('logging/fluentd', 'kube-system/kube-proxy', 'other/fluentd');
const verdict = fc.constantFrom('run', 'keep', 'none', null);
const small = fc.integer({ min: 0, max: 5 });
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const base = fc.record({
  occurredMs: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  cause: fc.record({
    trigger: fc.constantFrom(
      'node-report',
      'daemon-set-change',
      'node-change',
      'operator',
      'restart',
      'agent',
      'retention',
    ),
    revision: fc.constant(0),
    actor: fc.constantFrom('', 'kubectl-edit', 'node-1', '"quoted"\n'),
  }),
});
const changes = fc.array(fc.record({ field: text, from: fc.option(text), to: fc.option(text) }), { maxLength: 2 });
const problems = fc.array(fc.record({ code: text, fieldPath: text, message: text, source: text }), { maxLength: 2 });

/** Any event, even if it contradicts earlier events. */
export const anyEvent: fc.Arbitrary<NewEvent> = fc.oneof(
  fc.tuple(base, node, daemonSet, verdict, verdict).map(
    ([common, on, of, from, to]): NewEvent => ({
      ...common,
      kind: 'decision',
      node: on,
      daemonSet: of,
      from,
      to,
      engineVersion: '1',
    }),
  ),
  fc
    .tuple(base, node, fc.constantFrom('added', 'changed', 'removed'), small, changes)
    .map(([common, on, action, label, all]): NewEvent => {
      const now = action === 'removed' ? null : facts(on, String(label));
      return { ...common, kind: 'node', action, node: on, facts: now, origin: 'agent', source: 'file', changes: all };
    }),
  fc
    .tuple(base, daemonSet, fc.constantFrom('added', 'changed', 'removed', 'rejected', 'accepted'), small, problems)
    .map(([common, of, action, generation, all]): NewEvent => {
      const isInForce = action === 'added' || action === 'changed';
      const record = isInForce ? daemonSetRecord(of, generation) : null;
      return { ...common, kind: 'daemon-set', action, daemonSet: of, record, problems: all, changes: [] };
    }),
  fc
    .tuple(
      base,
      node,
      fc.constantFrom('connected', 'disconnected', 'absent', 'refused', 'superseded', 'drained'),
      small,
      text,
    )
    .map(([common, on, action, instance, detail]): NewEvent => {
      const agent = { sessionId: 's', instanceId: `i${instance}`, agentVersion: '1', peerAddress: '::1', detail };
      return { ...common, kind: 'agent', action, node: on, ...agent, lastSeenMs: common.occurredMs };
    }),
  fc
    .tuple(base, node, fc.constantFrom('acknowledged', 'refused'), small, text)
    .map(([common, on, action, revision, detail]): NewEvent => {
      const answer = { assignmentRevision: revision, digest: `d${revision}`, instanceId: 'i1', detail };
      return { ...common, kind: 'assignment', action, node: on, ...answer };
    }),
  fc.tuple(base, node, daemonSet, small, changes).map(([common, on, of, count, all]): NewEvent => {
    const pods = [podHealth(of, 'pod-1', count)];
    return { ...common, kind: 'pod', action: 'changed', node: on, pods, verifiedRevision: count, changes: all };
  }),
  fc
    .tuple(base, node, daemonSet, fc.constantFrom('began', 'ended', 'changed'), small, text)
    .map(([common, on, of, action, count, detail]): NewEvent => {
      const kind: DriftKind = count > 2 ? 'missing' : 'unhealthy';
      const podName = kind === 'missing' ? '' : `pod-${count}`;
      const drift = { kind, daemonSet: of, node: on, podName, detail, sinceMs: common.occurredMs };
      return { ...common, kind: 'drift', action, node: on, daemonSet: of, drift };
    }),
  fc.tuple(base, fc.constantFrom('started', 'stopped', 'problem'), fc.constantFrom('1', '2'), text).map(
    ([common, action, engineVersion, detail]): NewEvent => ({
      ...common,
      kind: 'coordinator',
      action,
      detail,
      engineVersion,
    }),
  ),
  fc
    .tuple(
      base,
      fc.constantFrom('', 'node-1', 'node-2'),
      daemonSet,
      fc.constantFrom('intended', 'succeeded', 'failed', 'skipped'),
      text,
    )
    .map(([common, on, of, action, detail]): NewEvent => {
      const write = { verb: 'create', resource: 'pods', name: 'pod-1', uid: '', reason: 'no-pod', detail } as const;
      return { ...common, kind: 'write', action, node: on, daemonSet: of, write, message: detail };
    }),
  fc.tuple(base, fc.constantFrom('', 'node-1', 'node-2'), small, text).map(([common, on, count, detail]): NewEvent => {
    const call = { method: 'QueryService/GetStatus', reason: 'TOKEN_REJECTED', peerAddress: '::1' };
    return { ...common, kind: 'access', action: 'denied', node: on, ...call, detail, count };
  }),
);
