/** Converts parts of a cluster snapshot to messages of the contract. */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DaemonSetSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { DaemonSetRecord } from '../model/daemon-set-record.ts';
import type { Answers } from '../model/five-answers.ts';
import type { Counts, NodeCounts } from '../model/tally.ts';
import type { CompiledPlacement, Verdict } from '../placement/types.ts';
import type { DaemonSet } from '../rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DaemonSetCounts } from '../rpc/generated/rollcall/v1/DaemonSetCounts.ts';
import type { Node } from '../rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState } from '../rpc/generated/rollcall/v1/PlacementState.ts';
import { driftToWire, nodeFactsToWire, podHealthToWire, verdictCodec } from '../rpc/wire.ts';
import { daemonSetRef } from '../rpc/wire-daemon-set.ts';
import { answersToWire } from '../rpc/wire-fit.ts';
import { timeToWire } from '../rpc/wire-time.ts';
import { acknowledgementCodec, presenceCodec } from '../rpc/wire-words.ts';
import { isOfPredecessor, podsByDaemonSet } from '../verify/daemon-pods.ts';
import { podsOf } from './counts.ts';
import { answersOf } from './five-answers.ts';

export function daemonSetToWire(
  { key, placed, warnings, rejections }: DaemonSetSnapshot,
  counts: Counts | undefined,
): DaemonSet {
  const { record } = placed ?? {};
  return {
    daemonSet: daemonSetRef(key, record?.uid),
    generation: String(record?.generation ?? 0),
    templateRevision: record?.templateRevision ?? '',
    effectiveRevision: String(placed?.effectiveRevision ?? 0),
    source: record?.source ?? '',
    counts: counts === undefined ? {} : countsToWire(counts),
    warnings: [...warnings],
    rejections: [...rejections],
    accepted: placed !== null,
  };
}

function countsToWire({ available, oldestReportMs, ...counts }: Counts): DaemonSetCounts {
  return { ...counts, ...(available !== null && { available }), oldestReportTime: timeToWire(oldestReportMs) };
}

export function nodeToWire(node: NodeSnapshot, { available, ...counts }: NodeCounts): Node {
  return {
    facts: nodeFactsToWire(node.facts),
    presence: presenceCodec.toWire(node.presence),
    factsOrigin: node.origin,
    factsSource: node.source,
    factsTime: timeToWire(node.observedMs),
    lastSeenTime: timeToWire(node.lastSeenMs),
    ...counts,
    ...(available !== null && { available }),
    revision: String(node.revision),
    acknowledgedRevision: String(node.acknowledgedRevision),
    problem: node.problem,
  };
}

/** `null` if the pair has no verdict. */
export function placementStateToWire(node: NodeSnapshot, { key, placed }: DaemonSetSnapshot): PlacementState | null {
  const pair = node.pair(key);
  if (pair === undefined || placed === null) return null;
  return {
    daemonSet: daemonSetRef(key, placed.record.uid),
    node: { name: node.name },
    verdict: verdictCodec.toWire(pair.verdict),
    effectiveRevision: String(pair.effectiveRevision),
    sinceTime: timeToWire(pair.sinceMs),
    ...(pair.verdict !== 'none' && {
      acknowledgement: acknowledgement(node, Math.max(pair.effectiveRevision, placed.effectiveRevision)),
    }),
    pods: podsOf(node, key).map(podHealthToWire),
    drifts: node.drifts.filter(({ daemonSet }) => daemonSet === key).map(driftToWire),
    summary: summary(node, placed.compiled),
    answers: answersToWire(answers(node, key, pair.verdict, placed.record)),
  };
}

/** The five answers about a pair. */
function answers(node: NodeSnapshot, key: DaemonSetKey, verdict: Verdict, { uid }: DaemonSetRecord): Answers {
  const own = () =>
    podsByDaemonSet(podsOf(node, key))
      .get(key)
      ?.filter((pod) => !isOfPredecessor(pod, uid)) ?? [];
  return answersOf({
    isSelected: node.isSelected(key),
    verdict,
    fit: node.fits(key),
    pods: node.presence === 'present' ? own() : null,
  });
}

/** An acknowledgement also counts while the agent is absent. */
function acknowledgement(node: NodeSnapshot, version: number) {
  const isHeld = node.hasAcknowledged || node.acknowledgedRevision >= version;
  if (isHeld) return acknowledgementCodec.toWire('acknowledged');
  return acknowledgementCodec.toWire(node.isRefusing ? 'refused' : 'pending');
}

/** Reasons in a summary; an explanation has all of them. */
const SUMMARY_REASONS_MAX = 2;

/** The reasons that failed; if none did, the first reason. */
function summary({ object }: NodeSnapshot, compiled: CompiledPlacement): string {
  const { reasons } = compiled.explain(object);
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  const named = failed.length > 0 ? failed : reasons.slice(0, 1);
  const more = named.length - SUMMARY_REASONS_MAX;
  const sentences = named.slice(0, SUMMARY_REASONS_MAX).map(({ message }) => message.replace(/\.$/, ''));
  return sentences.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
