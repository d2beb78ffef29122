/** Completes what an earlier coordinator recorded with the fields that it did not keep yet. */
import type { NodeFacts } from '../model/model.ts';
import type { DaemonSetRecord } from './events.ts';

const LATER_FACTS: Pick<NodeFacts, 'allocatable'> = { allocatable: {} };
const LATER_FIELDS: Pick<DaemonSetRecord, 'surge' | 'needs' | 'images'> = { surge: false, needs: null, images: null };

export function completeFacts(facts: NodeFacts): NodeFacts {
  return { ...LATER_FACTS, ...facts };
}

export function completeRecord(record: DaemonSetRecord): DaemonSetRecord {
  return { ...LATER_FIELDS, ...record };
}
