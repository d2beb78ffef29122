/** A small cluster as a coordinator returns it: two DaemonSets and three nodes, with one of each kind of problem. */
import type { DaemonSet } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DecisionInputs } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import type { Drift } from '../../shared/rpc/generated/rollcall/v1/Drift.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { ExplainPlacementResponse } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';

/** The current time in tests. */
export const NOW_MS = Date.parse('2026-03-14T15:09:26Z');
const MINUTE_MS = 60_000;

function minutesAgo(minutes: number) {
  return timeToWire(NOW_MS - minutes * MINUTE_MS);
}

export const STATUS: GetStatusResponse = {
  coordinatorVersion: '0.1.0',
  storeId: 'store-1',
  revision: 312,
  startTime: minutesAgo(90),
  nodeCount: 3,
  presentNodeCount: 2,
  absentNodeCount: 1,
  oldestReportTime: minutesAgo(30),
  reportedNodeCount: 2,
  daemonSetCount: 2,
  rejectedDaemonSetCount: 1,
  complete: false,
  counters: { evaluated_pairs: 6 },
  problems: ['nodes/broken.yaml:3: this is no YAML'],
};

const FLUENTD = { namespace: 'kube-system', name: 'fluentd' };
const EXPORTER = { namespace: 'monitoring', name: 'node-exporter' };

export const DAEMON_SETS: DaemonSet[] = [
  {
    daemonSet: FLUENTD,
    generation: 1,
    templateRevision: 'abc',
    effectiveRevision: 7,
    source: 'fluentd.yaml:1',
    accepted: true,
    counts: {
      desired: 2,
      current: 1,
      ready: 1,
      upToDate: 1,
      available: 1,
      misscheduled: 1,
      selected: 3,
      fits: 1,
      keep: 1,
      missing: 1,
      unknown: 0,
      acknowledged: 3,
    },
    warnings: [
      {
        code: 'TOLERATION_LOOPS',
        fieldPath: 'spec.template.spec.tolerations[0]',
        message: 'The pod is evicted again and again.',
      },
    ],
  },
  {
    daemonSet: EXPORTER,
    generation: 2,
    templateRevision: 'def',
    effectiveRevision: 9,
    source: 'node-exporter.yaml:1',
    accepted: true,
    counts: {
      desired: 3,
      current: 3,
      ready: 2,
      upToDate: 2,
      selected: 3,
      fits: 2,
      doesNotFit: 1,
      unknown: 1,
      acknowledged: 2,
      staleNodeCount: 1,
      oldestReportTime: minutesAgo(30),
    },
    rejections: [
      {
        code: 'Required',
        fieldPath: 'spec.selector',
        message: 'a value is required',
        source: 'node-exporter.yaml:1',
      },
    ],
  },
];

export const NODES: Node[] = [
  node('gpu-1', { desired: 1, current: 1, ready: 1, misscheduled: 1, selected: 2, fits: 1, keep: 1 }),
  node('worker-1', { desired: 2, current: 1, ready: 1, selected: 2, fits: 1, doesNotFit: 1, driftCount: 1 }),
  node('worker-2', {
    desired: 2,
    current: 1,
    selected: 2,
    driftCount: 1,
    presence: 'PRESENCE_ABSENT',
    lastSeenTime: minutesAgo(30),
    factsTime: minutesAgo(45),
  }),
];

export function node(name: string, changes: Node = {}): Node {
  return {
    facts: {
      node: { name },
      labels: {},
      taints: [],
      versions: { kubelet: 'v1.33.2', operatingSystem: 'linux', architecture: 'amd64' },
    },
    presence: 'PRESENCE_PRESENT',
    factsOrigin: 'agent',
    factsSource: `${name}.yaml`,
    factsTime: minutesAgo(10),
    lastSeenTime: timeToWire(NOW_MS - 2_000),
    revision: 21,
    acknowledgedRevision: 21,
    ...changes,
  };
}

export const DRIFTS: Drift[] = [
  { kind: 'DRIFT_KIND_MISSING', daemonSet: FLUENTD, node: { name: 'worker-1' }, sinceTime: minutesAgo(5) },
  {
    kind: 'DRIFT_KIND_UNKNOWN',
    daemonSet: EXPORTER,
    node: { name: 'worker-2' },
    detail: 'the agent of this node is absent',
    sinceTime: minutesAgo(30),
  },
];

export const PLACEMENTS: PlacementState[] = [
  {
    daemonSet: FLUENTD,
    node: { name: 'gpu-1' },
    verdict: 'VERDICT_KEEP',
    effectiveRevision: 12,
    sinceTime: minutesAgo(60),
    acknowledgement: 'ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED',
    summary: 'Taint gpu:NoSchedule is not tolerated.; Another reason.',
    answers: {
      selected: 'ANSWER_YES',
      desired: 'ANSWER_NO',
      fits: 'ANSWER_YES',
      current: 'ANSWER_YES',
      ready: 'ANSWER_YES',
    },
  },
  {
    daemonSet: FLUENTD,
    node: { name: 'worker-1' },
    verdict: 'VERDICT_RUN',
    effectiveRevision: 13,
    sinceTime: minutesAgo(60),
    acknowledgement: 'ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED',
    drifts: DRIFTS.slice(0, 1),
    summary: 'Nothing rules this node out.',
    answers: {
      selected: 'ANSWER_YES',
      desired: 'ANSWER_YES',
      fits: 'ANSWER_NO',
      current: 'ANSWER_NO',
      ready: 'ANSWER_NO',
      fitReasons: [
        {
          code: 'RESOURCE_INSUFFICIENT',
          message: 'Insufficient cpu: it is short.',
          resource: 'cpu',
          requested: 500,
          allocatable: 2000,
          used: 1800,
        },
      ],
    },
  },
];

export const EVENTS: Event[] = [
  {
    revision: 311,
    occurTime: minutesAgo(2),
    recordTime: minutesAgo(2),
    kind: 'EVENT_KIND_NODE',
    action: 'changed',
    node: { name: 'gpu-1' },
    changes: [{ field: 'taints.gpu:NoSchedule', to: '' }],
    cause: { trigger: 'TRIGGER_NODE_REPORT', revision: 0, message: 'a report of the node' },
    message: 'node gpu-1: taint gpu:NoSchedule added',
  },
  {
    revision: 312,
    occurTime: minutesAgo(2),
    recordTime: minutesAgo(2),
    kind: 'EVENT_KIND_DECISION',
    action: 'changed',
    node: { name: 'gpu-1' },
    daemonSet: FLUENTD,
    changes: [{ field: 'verdict', from: 'run', to: 'keep' }],
    cause: {
      trigger: 'TRIGGER_NODE_REPORT',
      revision: 311,
      actor: 'gpu-1.yaml',
      message: 'node gpu-1: taint gpu:NoSchedule added',
    },
    message: 'kube-system/fluentd on gpu-1: run → keep',
    engineVersion: '2',
  },
];

/** The inputs of the decision. */
export const INPUTS: DecisionInputs = {
  nodeRevision: 9,
  nodeDigest: Buffer.from('0a0b0c'.repeat(10), 'hex'),
  nodeResourceVersion: '4711',
  factsOrigin: 'agent',
  factsSource: 'gpu-1.yaml',
  factsTime: minutesAgo(2),
  daemonSetRevision: 7,
  daemonSetDigest: Buffer.from('ff00'.repeat(16), 'hex'),
  daemonSetGeneration: 1,
  templateRevision: 'abc',
  daemonSetSource: 'fluentd.yaml:1',
};

export const EXPLANATION: ExplainPlacementResponse = {
  placement: {
    daemonSet: FLUENTD,
    node: { name: 'gpu-1' },
    verdict: 'VERDICT_KEEP',
    shouldRun: false,
    shouldContinueRunning: true,
    reasons: [
      {
        code: 'NODE_SELECTOR_MATCHES',
        outcome: 'REASON_OUTCOME_PASSED',
        message: 'nodeSelector requires label os=linux, and this node has it.',
        fieldPath: 'spec.template.spec.nodeSelector.os',
        nodeFieldPath: 'metadata.labels.os',
        expected: 'os=linux',
        found: 'linux',
      },
      {
        code: 'TAINT_NOT_TOLERATED',
        outcome: 'REASON_OUTCOME_FAILED',
        message: 'Taint gpu:NoSchedule is not tolerated.',
        fieldPath: 'spec.template.spec.tolerations',
        nodeFieldPath: 'spec.taints[0]',
        expected: 'no untolerated taint',
        found: 'gpu:NoSchedule',
        edits: [
          {
            objectKind: 'DaemonSet',
            fieldPath: 'spec.template.spec.tolerations',
            action: 'add toleration {key: gpu}',
            verdict: 'VERDICT_RUN',
          },
          {
            objectKind: 'Node',
            fieldPath: 'spec.taints',
            action: 'remove taint gpu',
            verdict: 'VERDICT_RUN',
            command: 'kubectl taint node gpu-1 gpu:NoSchedule-',
          },
        ],
      },
    ],
  },
  state: {
    ...PLACEMENTS[0],
    pods: [
      {
        podName: 'fluentd-x2b9k',
        phase: 'POD_PHASE_RUNNING',
        ready: true,
        restartCount: 2,
        sinceTime: minutesAgo(120),
      },
    ],
  },
  decision: EVENTS[1] ?? null,
  causingEvent: EVENTS[0] ?? null,
  inputs: { ...INPUTS, nodeRevision: 311 },
  decisionInputs: INPUTS,
  engineVersion: '2',
  factsOrigin: 'agent',
  factsTime: minutesAgo(2),
  presence: 'PRESENCE_PRESENT',
  warnings: [
    {
      code: 'TOLERATION_LOOPS',
      fieldPath: 'spec.template.spec.tolerations[0]',
      message: 'The pod is evicted again and again.',
    },
  ],
};
