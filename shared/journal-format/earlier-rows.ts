/** Reads rows of earlier versions: adds fields that they did not record and replaces words that were renamed since. */

import type { DaemonSetRecord } from '../model/daemon-set-record.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { NodeBody } from './event-bodies.ts';
import type { Change } from './events.ts';

const LATER_FACTS: Pick<NodeFacts, 'allocatable'> = { allocatable: {} };
const LATER_FIELDS: Pick<DaemonSetRecord, 'surge' | 'needs' | 'images'> = { surge: false, needs: null, images: null };

export function completeFacts(facts: NodeFacts): NodeFacts {
  return { ...LATER_FACTS, ...facts };
}

export function completeRecord(record: DaemonSetRecord): DaemonSetRecord {
  return { ...LATER_FIELDS, ...record };
}

/** Parses the body of a node event. The origin `inventory` was called `roll`. */
export function parseNodeBody(body: string): NodeBody {
  const parsed = JSON.parse(body) as Omit<NodeBody, 'origin'> & { readonly origin: string };
  const changes = parsed.changes.map((change) => (change.field === 'origin' ? renamedOrigins(change) : change));
  return { ...parsed, origin: parsed.origin === 'agent' ? 'agent' : 'inventory', changes };
}

function renamedOrigins({ field, from, to }: Change): Change {
  return { field, from: from === 'roll' ? 'inventory' : from, to: to === 'roll' ? 'inventory' : to };
}
