/** A placement in force with its daemon pods and drift as tables read it, and its JSON (docs/cli.md). */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { DriftKind } from '../../shared/model/drift.ts';
import type { Answers } from '../../shared/model/five-answers.ts';
import type { PodPhase } from '../../shared/model/pod-health.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { Drift__Output } from '../../shared/rpc/generated/rollcall/v1/Drift.ts';
import type { PlacementState__Output } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import type { PodHealth__Output } from '../../shared/rpc/generated/rollcall/v1/PodHealth.ts';
import { driftFromWire, podHealthFromWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { answersFromWire } from '../../shared/rpc/wire-fit.ts';
import { type Acknowledgement, acknowledgementCodec } from '../../shared/rpc/wire-words.ts';
import { isoTime } from '../output/time.ts';
import { timeView } from './wire-fields.ts';

export interface PlacementView {
  /** `namespace/name`. */
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  readonly verdict: Verdict;
  /** The revision and the time at which the verdict took effect. */
  readonly effectiveRevision: number;
  readonly sinceTime: string | null;
  /** `null` without an assignment. */
  readonly acknowledgement: Acknowledgement | null;
  readonly pods: readonly PodView[];
  readonly drifts: readonly DriftView[];
  /** Why, in one sentence. */
  readonly summary: string;
  readonly answers: Answers;
}

export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly phase: PodPhase;
  readonly ready: boolean;
  readonly available: boolean;
  readonly terminating: boolean;
  readonly restarts: number;
  readonly waitingReason: string;
  readonly waitingMessage: string;
  readonly templateRevision: string;
  /** The last transition of `ready`. */
  readonly sinceTime: string | null;
  readonly createTime: string | null;
}

export interface DriftView {
  readonly kind: DriftKind;
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** `''` without a pod. */
  readonly pod: string;
  readonly detail: string;
  readonly sinceTime: string | null;
}

export function placementView(wire: PlacementState__Output): PlacementView {
  return {
    daemonSet: daemonSetKey(wire.daemonSet),
    node: wire.node?.name ?? '',
    verdict: verdictCodec.fromWire(wire.verdict) ?? 'none',
    effectiveRevision: Number(wire.effectiveRevision),
    sinceTime: timeView(wire.sinceTime),
    acknowledgement: acknowledgementCodec.fromWire(wire.acknowledgement) ?? null,
    pods: wire.pods.map(podView),
    drifts: wire.drifts.map(driftView),
    summary: wire.summary,
    answers: answersFromWire(wire.answers),
  };
}

export function driftView(wire: Drift__Output): DriftView {
  const { kind, daemonSet, node, podName, detail, sinceMs } = driftFromWire(wire);
  return { kind, daemonSet, node, pod: podName, detail, sinceTime: isoTime(sinceMs) };
}

function podView(wire: PodHealth__Output): PodView {
  const pod = podHealthFromWire(wire);
  return {
    name: pod.podName,
    uid: pod.podUid,
    phase: pod.phase,
    ready: pod.ready,
    available: pod.available,
    terminating: pod.terminating,
    restarts: pod.restartCount,
    waitingReason: pod.waitingReason,
    waitingMessage: pod.waitingMessage,
    templateRevision: pod.templateRevision,
    sinceTime: isoTime(pod.sinceMs),
    createTime: isoTime(pod.createdMs),
  };
}
