/**
 * Converts between messages of the contract and the types of the model. No other module depends on the generated types
 * of these messages.
 */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Drift, DriftKind } from '../model/drift.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { PodHealth, PodPhase } from '../model/pod-health.ts';
import type { NodeReport, PodReport } from '../model/reports.ts';
import type { PlacementResult, Reason, Verdict } from '../placement/types.ts';
import type {
  Assignment as WireAssignment,
  Assignment__Output as WireAssignmentRead,
} from './generated/rollcall/v1/Assignment.ts';
import type { Drift as WireDrift, Drift__Output as WireDriftRead } from './generated/rollcall/v1/Drift.ts';
import type { DriftKind__Output as WireDriftKind } from './generated/rollcall/v1/DriftKind.ts';
import type {
  NodeFacts as WireNodeFacts,
  NodeFacts__Output as WireNodeFactsRead,
} from './generated/rollcall/v1/NodeFacts.ts';
import type {
  NodeReport as WireNodeReport,
  NodeReport__Output as WireNodeReportRead,
} from './generated/rollcall/v1/NodeReport.ts';
import type {
  Placement as WirePlacement,
  Placement__Output as WirePlacementRead,
} from './generated/rollcall/v1/Placement.ts';
import type {
  PodHealth as WirePodHealth,
  PodHealth__Output as WirePodHealthRead,
} from './generated/rollcall/v1/PodHealth.ts';
import type { PodPhase__Output as WirePodPhase } from './generated/rollcall/v1/PodPhase.ts';
import type {
  PodReport as WirePodReport,
  PodReport__Output as WirePodReportRead,
} from './generated/rollcall/v1/PodReport.ts';
import type { Reason as WireReason, Reason__Output as WireReasonRead } from './generated/rollcall/v1/Reason.ts';
import type { ReasonOutcome__Output as WireReasonOutcome } from './generated/rollcall/v1/ReasonOutcome.ts';
import type { Verdict__Output as WireVerdict } from './generated/rollcall/v1/Verdict.ts';
import { daemonSetKey, daemonSetRef } from './wire-daemon-set.ts';
import { enumCodec } from './wire-enum.ts';
import { amountsFromWire, nodeUsageFromWire, nodeUsageToWire } from './wire-fit.ts';
import { timeFromWire, timeToWire } from './wire-time.ts';

export const verdictCodec = enumCodec<Verdict, WireVerdict>({
  run: 'VERDICT_RUN',
  keep: 'VERDICT_KEEP',
  none: 'VERDICT_NONE',
});
const outcomeCodec = enumCodec<Reason['outcome'], WireReasonOutcome>({
  passed: 'REASON_OUTCOME_PASSED',
  failed: 'REASON_OUTCOME_FAILED',
  ignored: 'REASON_OUTCOME_IGNORED',
  warning: 'REASON_OUTCOME_WARNING',
});
const podPhaseCodec = enumCodec<PodPhase, WirePodPhase>({
  Pending: 'POD_PHASE_PENDING',
  Running: 'POD_PHASE_RUNNING',
  Succeeded: 'POD_PHASE_SUCCEEDED',
  Failed: 'POD_PHASE_FAILED',
  Unknown: 'POD_PHASE_UNKNOWN',
});
const driftKindCodec = enumCodec<DriftKind, WireDriftKind>({
  missing: 'DRIFT_KIND_MISSING',
  unexpected: 'DRIFT_KIND_UNEXPECTED',
  duplicate: 'DRIFT_KIND_DUPLICATE',
  outdated: 'DRIFT_KIND_OUTDATED',
  unhealthy: 'DRIFT_KIND_UNHEALTHY',
  unknown: 'DRIFT_KIND_UNKNOWN',
});

export function nodeFactsToWire(facts: NodeFacts): WireNodeFacts {
  const { name, uid, labels, taints, unschedulable, conditions, versions, resourceVersion, allocatable } = facts;
  return {
    node: { name, uid },
    labels: { ...labels },
    taints: [...taints],
    unschedulable,
    conditions: [...conditions],
    versions,
    resourceVersion,
    allocatable: { ...allocatable },
  };
}

export function nodeFactsFromWire(wire: WireNodeFactsRead): NodeFacts {
  return {
    name: wire.node?.name ?? '',
    uid: wire.node?.uid ?? '',
    labels: wire.labels,
    taints: wire.taints,
    unschedulable: wire.unschedulable,
    conditions: wire.conditions,
    versions: wire.versions ?? NO_VERSIONS,
    resourceVersion: wire.resourceVersion,
    allocatable: amountsFromWire(wire.allocatable),
  };
}

const NO_VERSIONS = {
  kubelet: '',
  kernel: '',
  containerRuntime: '',
  osImage: '',
  operatingSystem: '',
  architecture: '',
};

export function podHealthToWire(pod: PodHealth): WirePodHealth {
  const { daemonSet, daemonSetUid, phase, sinceMs, createdMs, ...rest } = pod;
  return {
    ...rest,
    daemonSet: daemonSetRef(daemonSet, daemonSetUid),
    phase: podPhaseCodec.toWire(phase),
    sinceTime: timeToWire(sinceMs),
    createTime: timeToWire(createdMs),
  };
}

export function podHealthFromWire(wire: WirePodHealthRead): PodHealth {
  return {
    daemonSet: daemonSetKey(wire.daemonSet),
    daemonSetUid: wire.daemonSet?.uid ?? '',
    podName: wire.podName,
    podUid: wire.podUid,
    phase: podPhaseCodec.fromWire(wire.phase) ?? 'Unknown',
    ready: wire.ready,
    available: wire.available,
    restartCount: wire.restartCount,
    waitingReason: wire.waitingReason,
    waitingMessage: wire.waitingMessage,
    templateRevision: wire.templateRevision,
    sinceMs: timeFromWire(wire.sinceTime),
    createdMs: timeFromWire(wire.createTime),
    terminating: wire.terminating,
    ...(wire.unscheduled && { unscheduled: true }),
  };
}

export function driftToWire(drift: Drift): WireDrift {
  const { kind, daemonSet, node, podName, detail, sinceMs } = drift;
  return {
    kind: driftKindCodec.toWire(kind),
    daemonSet: daemonSetRef(daemonSet),
    node: { name: node },
    podName,
    detail,
    sinceTime: timeToWire(sinceMs),
  };
}

export function driftFromWire(wire: WireDriftRead): Drift {
  return {
    kind: driftKindCodec.fromWire(wire.kind) ?? 'unknown',
    daemonSet: daemonSetKey(wire.daemonSet),
    node: wire.node?.name ?? '',
    podName: wire.podName,
    detail: wire.detail,
    sinceMs: timeFromWire(wire.sinceTime),
  };
}

export function assignmentToWire(assignment: Assignment): WireAssignment {
  const { daemonSet, daemonSetUid, verdict, templateRevision, effectiveRevision, minReadySeconds, surge } = assignment;
  return {
    daemonSet: daemonSetRef(daemonSet, daemonSetUid),
    verdict: verdictCodec.toWire(verdict),
    templateRevision,
    effectiveRevision: String(effectiveRevision),
    minReadySeconds,
    surge,
  };
}

/** `null` if the verdict is not valid for an assignment, for example from a newer coordinator. */
export function assignmentFromWire(wire: WireAssignmentRead): Assignment | null {
  const verdict = verdictCodec.fromWire(wire.verdict);
  if (verdict !== 'run' && verdict !== 'keep') return null;
  return {
    daemonSet: daemonSetKey(wire.daemonSet),
    daemonSetUid: wire.daemonSet?.uid ?? '',
    verdict,
    templateRevision: wire.templateRevision,
    effectiveRevision: Number(wire.effectiveRevision),
    minReadySeconds: wire.minReadySeconds,
    surge: wire.surge,
  };
}

export function nodeReportToWire(report: NodeReport): WireNodeReport {
  return {
    reportSequence: String(report.sequence),
    observeTime: timeToWire(report.observedMs),
    facts: nodeFactsToWire(report.facts),
    source: report.source,
    problem: report.problem,
  };
}

/** `null` if the report has no facts. */
export function nodeReportFromWire(wire: WireNodeReportRead): NodeReport | null {
  if (!wire.facts) return null;
  return {
    sequence: Number(wire.reportSequence),
    observedMs: timeFromWire(wire.observeTime),
    facts: nodeFactsFromWire(wire.facts),
    source: wire.source,
    problem: wire.problem,
  };
}

export function podReportToWire(report: PodReport): WirePodReport {
  return {
    reportSequence: String(report.sequence),
    observeTime: timeToWire(report.observedMs),
    pods: report.pods.map(podHealthToWire),
    verifiedRevision: String(report.verifiedRevision),
    drifts: report.drifts.map(driftToWire),
    usage: report.usage && nodeUsageToWire(report.usage),
  };
}

export function podReportFromWire(wire: WirePodReportRead): PodReport {
  return {
    sequence: Number(wire.reportSequence),
    observedMs: timeFromWire(wire.observeTime),
    pods: wire.pods.map(podHealthFromWire),
    verifiedRevision: Number(wire.verifiedRevision),
    drifts: wire.drifts.map(driftFromWire),
    usage: wire.usage && nodeUsageFromWire(wire.usage),
  };
}

export function placementToWire(
  daemonSet: DaemonSetKey,
  node: string,
  { verdict, selected, tolerated, shouldRun, shouldContinueRunning, reasons }: PlacementResult,
): WirePlacement {
  return {
    daemonSet: daemonSetRef(daemonSet),
    node: { name: node },
    verdict: verdictCodec.toWire(verdict),
    selected,
    tolerated,
    shouldRun,
    shouldContinueRunning,
    reasons: reasons.map(reasonToWire),
  };
}

export function placementFromWire(wire: WirePlacementRead): PlacementResult {
  return {
    verdict: verdictCodec.fromWire(wire.verdict) ?? 'none',
    selected: wire.selected,
    tolerated: wire.tolerated,
    shouldRun: wire.shouldRun,
    shouldContinueRunning: wire.shouldContinueRunning,
    reasons: wire.reasons.map(reasonFromWire),
  };
}

function reasonToWire({ outcome, found, edits, ...rest }: Reason): WireReason {
  return {
    ...rest,
    outcome: outcomeCodec.toWire(outcome),
    ...(found !== null && { found }),
    edits: edits.map(({ verdict, objectKind, fieldPath, action, command }) => ({
      objectKind,
      fieldPath,
      action,
      command,
      verdict: verdictCodec.toWire(verdict),
    })),
  };
}

function reasonFromWire(wire: WireReasonRead): Reason {
  const { code, message, fieldPath, nodeFieldPath, expected, found, edits } = wire;
  return {
    code,
    outcome: outcomeCodec.fromWire(wire.outcome) ?? 'ignored',
    message,
    fieldPath,
    nodeFieldPath,
    expected,
    found: found ?? null,
    edits: edits.map((edit) => ({
      objectKind: edit.objectKind === 'DaemonSet' ? 'DaemonSet' : 'Node',
      fieldPath: edit.fieldPath,
      action: edit.action,
      command: edit.command,
      verdict: verdictCodec.fromWire(edit.verdict) ?? 'none',
    })),
  };
}
