/**
 * Creates the node report and the pod report from the observation and the assignments, and compares them with the
 * previous reports. Pure.
 */

import { canonicalJson } from '../shared/canonical-json.ts';
import type { Pod } from '../shared/kubernetes/objects.ts';
import { nodeUsage } from '../shared/model/node-usage.ts';
import type { PodHealth } from '../shared/model/pod-health.ts';
import { podHealth } from '../shared/model/pod-health.ts';
import type { NodeReport, PodReport } from '../shared/model/reports.ts';
import { findDrifts } from '../shared/verify/find-drifts.ts';
import type { Observation } from './observe/observer.ts';
import type { HeldAssignments } from './stream/held-assignments.ts';
import type { Unnumbered } from './stream/outbox.ts';

export function nodeReportOf({ facts, source, observedMs }: Observation, problem: string): Unnumbered<NodeReport> {
  return { facts, source, observedMs, problem };
}

export interface PodReportInput {
  readonly observation: Observation;
  readonly held: HeldAssignments | null;
  readonly previous: Unnumbered<PodReport> | null;
  readonly nowMs: number;
  /** The time at which the pods were observed: now, or earlier if the source cannot be read. */
  readonly observedMs: number;
}

export function podReportOf({ observation, held, previous, nowMs, observedMs }: PodReportInput): Unnumbered<PodReport> {
  const pods = podsOf(observation.pods, held, nowMs);
  // Without assignments there is nothing to compare the pods with.
  const drifts =
    held === null
      ? []
      : findDrifts({
          node: observation.facts.name,
          assignments: held.assignments.values(),
          pods,
          previous: previous?.drifts ?? [],
          nowMs,
        });
  const usage = nodeUsage(observation.pods);
  return { observedMs, pods, verifiedRevision: held?.revision ?? 0, drifts, usage };
}

/** The time at which the next pod becomes available without another change; `null` if there is none. */
export function nextAvailableMs({ pods }: Unnumbered<PodReport>, held: HeldAssignments | null): number | null {
  const dueMs = pods
    .filter(({ ready, available, sinceMs }) => ready && !available && sinceMs > 0)
    .map(({ daemonSet, sinceMs }) => sinceMs + minReadySecondsOf(held, daemonSet) * 1000);
  return dueMs.length === 0 ? null : Math.min(...dueMs);
}

/** Compares everything except the resource version and the observation time. */
export function isSameNodeReport(left: Unnumbered<NodeReport>, right: Unnumbered<NodeReport>): boolean {
  return nodeNews(left) === nodeNews(right);
}

export function isSamePodReport(left: Unnumbered<PodReport>, right: Unnumbered<PodReport>): boolean {
  return podNews(left) === podNews(right);
}

function nodeNews({ observedMs: _, facts, ...rest }: Unnumbered<NodeReport>): string {
  const { resourceVersion: __, ...news } = facts;
  return canonicalJson({ ...rest, facts: news });
}

function podNews({ observedMs: _, ...news }: Unnumbered<PodReport>): string {
  return canonicalJson(news);
}

function podsOf(pods: readonly Pod[], held: HeldAssignments | null, nowMs: number): PodHealth[] {
  return pods
    .map((pod) => {
      const health = podHealth(pod, { nowMs, minReadySeconds: 0 });
      const minReadySeconds = health === null ? 0 : minReadySecondsOf(held, health.daemonSet);
      return minReadySeconds === 0 ? health : podHealth(pod, { nowMs, minReadySeconds });
    })
    .filter((health) => health !== null)
    .sort(compareHealth);
}

function minReadySecondsOf(held: HeldAssignments | null, daemonSet: string): number {
  return held?.assignments.get(daemonSet)?.minReadySeconds ?? 0;
}

function compareHealth(left: PodHealth, right: PodHealth): number {
  const [one, other] = [left, right].map(({ daemonSet, podName }) => `${daemonSet} ${podName}`) as [string, string];
  return one < other ? -1 : Number(one > other);
}
