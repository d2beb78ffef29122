/** The inputs of a decision, by revision and digest, as messages of the contract. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import type { DecisionInputs as WireInputs } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { DecisionInputs } from '../journal/read/historical-state.ts';
import type { NodeState } from '../journal/read/journal-state.ts';

/** `null` if one of them has been pruned. */
export function inputsToWire({ node, daemonSet }: DecisionInputs): WireInputs | null {
  if (node === null || daemonSet === null || daemonSet.record === null) return null;
  return { ...nodeInputsToWire(node), ...daemonSetInputsToWire(daemonSet.record, daemonSet.effectiveRevision) };
}

/** `origin` is empty if it is unknown. */
export function nodeInputsToWire(node: Omit<NodeState, 'origin'> & { readonly origin: string }): WireInputs {
  const { facts, origin, source, observedMs, effectiveRevision } = node;
  return {
    nodeRevision: String(effectiveRevision),
    nodeDigest: createHash('sha256').update(canonicalJson(facts)).digest(),
    nodeResourceVersion: facts.resourceVersion,
    factsOrigin: origin,
    factsSource: source,
    factsTime: timeToWire(observedMs),
  };
}

export function daemonSetInputsToWire(record: DaemonSetRecord, effectiveRevision: number): WireInputs {
  return {
    daemonSetRevision: String(effectiveRevision),
    daemonSetDigest: Buffer.from(record.digest, 'hex'),
    daemonSetGeneration: String(record.generation),
    templateRevision: record.templateRevision,
    daemonSetSource: record.source,
  };
}
