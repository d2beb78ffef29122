/**
 * Validates reports. A report is journalled unchanged, so values that the journal cannot store (a time outside the
 * valid range, an imprecise number, a drift without a DaemonSet) are rejected here.
 */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { isDnsSubdomain } from '../../shared/kubernetes/label-syntax.ts';
import type { Amounts } from '../../shared/kubernetes/resource-amounts.ts';
import type { NodeUsage, PodUsage } from '../../shared/model/node-usage.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import { TIMESTAMP_MS } from '../../shared/rpc/wire-time.ts';
import { REPORT_LIMITS } from '../limits.ts';
import { quote } from './peer-text.ts';

/** One sentence with the field path; `null` if the report is valid. */
export function nodeReportProblem({ sequence, observedMs, facts }: NodeReport): string | null {
  const { labels, taints, conditions, versions, uid, resourceVersion, allocatable } = facts;
  return (
    sequenceProblem('node_report.report_sequence', sequence) ??
    timeProblem('node_report.observe_time', observedMs) ??
    countProblem('node_report.facts.labels', Object.keys(labels).length, REPORT_LIMITS.labels) ??
    countProblem('node_report.facts.taints', taints.length, REPORT_LIMITS.taints) ??
    countProblem('node_report.facts.conditions', conditions.length, REPORT_LIMITS.conditions) ??
    textProblem('node_report.facts.labels', [...Object.keys(labels), ...Object.values(labels)]) ??
    amountsProblem('node_report.facts.allocatable', allocatable) ??
    textProblem('node_report.facts', [uid, resourceVersion, ...Object.values(versions)]) ??
    first(taints, ({ key, value, effect }, path) => textProblem(path, [key, value, effect]), 'node_report.facts.taints')
  );
}

export function podReportProblem(report: PodReport): string | null {
  const { sequence, observedMs, verifiedRevision, pods, drifts, usage } = report;
  return (
    sequenceProblem('pod_report.report_sequence', sequence) ??
    timeProblem('pod_report.observe_time', observedMs) ??
    revisionProblem('pod_report.verified_revision', verifiedRevision) ??
    countProblem('pod_report.pods', pods.length, REPORT_LIMITS.pods) ??
    countProblem('pod_report.drifts', drifts.length, REPORT_LIMITS.drifts) ??
    first(
      pods,
      ({ daemonSet, sinceMs, createdMs, podName, podUid, daemonSetUid, templateRevision, waitingReason }, path) => {
        const created = timeProblem(`${path}.create_time`, createdMs);
        const texts = textProblem(path, [podName, podUid, daemonSetUid, templateRevision, waitingReason]);
        return (
          keyProblem(`${path}.daemon_set`, daemonSet) ?? timeProblem(`${path}.since_time`, sinceMs) ?? created ?? texts
        );
      },
      'pod_report.pods',
    ) ??
    first(
      drifts,
      ({ daemonSet, sinceMs, podName }, path) => {
        const key = keyProblem(`${path}.daemon_set`, daemonSet);
        return key ?? timeProblem(`${path}.since_time`, sinceMs) ?? textProblem(path, [podName]);
      },
      'pod_report.drifts',
    ) ??
    (usage && usageProblem(usage))
  );
}

function usageProblem({ others, daemonSets }: NodeUsage): string | null {
  const path = 'pod_report.usage.daemon_sets';
  return (
    podUsageProblem('pod_report.usage.others', others) ??
    countProblem(path, daemonSets.length, REPORT_LIMITS.pods) ??
    first(
      daemonSets,
      ({ daemonSet, usage }, at) => keyProblem(`${at}.daemon_set`, daemonSet) ?? podUsageProblem(`${at}.usage`, usage),
      path,
    )
  );
}

function podUsageProblem(path: string, { requests, hostPorts }: PodUsage): string | null {
  const texts = hostPorts.flatMap(({ protocol, hostIP, pod }) => [protocol, hostIP, pod]);
  return (
    amountsProblem(`${path}.requests`, requests) ??
    countProblem(`${path}.host_ports`, hostPorts.length, REPORT_LIMITS.hostPorts) ??
    textProblem(`${path}.host_ports`, texts)
  );
}

function amountsProblem(path: string, amounts: Amounts): string | null {
  const wrong = Object.values(amounts).find((amount) => !(Number.isSafeInteger(amount) && amount >= 0));
  return (
    countProblem(path, Object.keys(amounts).length, REPORT_LIMITS.resources) ??
    textProblem(path, Object.keys(amounts)) ??
    (wrong === undefined ? null : `${path} contains ${wrong}; use a value from 0 to 2^53 - 1`)
  );
}

function first<Item>(
  items: readonly Item[],
  problemOf: (item: Item, path: string) => string | null,
  path: string,
): string | null {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, `${path}[${index}]`);
    if (problem !== null) return problem;
  }
  return null;
}

function countProblem(path: string, count: number, max: number): string | null {
  return count <= max ? null : `${path} has ${count} entries; the maximum is ${max}`;
}

function textProblem(path: string, texts: readonly string[]): string | null {
  const { textLength } = REPORT_LIMITS;
  const long = texts.find((text) => text.length > textLength);
  return long === undefined
    ? null
    : `${path} contains a text of ${long.length} characters; the maximum is ${textLength}`;
}

/** A double represents these numbers exactly. Sequences start at 1. */
function sequenceProblem(path: string, sequence: number): string | null {
  return Number.isSafeInteger(sequence) && sequence > 0
    ? null
    : `${path} is ${sequence}; use a value from 1 to 2^53 - 1`;
}

function revisionProblem(path: string, revision: number): string | null {
  return Number.isSafeInteger(revision) && revision >= 0
    ? null
    : `${path} is ${revision}; use a value from 0 to 2^53 - 1`;
}

function timeProblem(path: string, ms: number): string | null {
  return ms >= TIMESTAMP_MS.min && ms <= TIMESTAMP_MS.max ? null : `${path} is not a time from year 1 to year 9999`;
}

function keyProblem(path: string, key: DaemonSetKey): string | null {
  const slash = key.indexOf('/');
  if (isDnsSubdomain(key.slice(0, slash)) && isDnsSubdomain(key.slice(slash + 1))) return null;
  return `${path} names no DaemonSet: ${quote(key)}`;
}
