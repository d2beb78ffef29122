/** Writes to the cluster as sentences for people. */
import type { ClusterWrite, WriteReason, WriteVerb } from '../model/cluster-write.ts';
import type { WriteEvent } from './events.ts';

/** For example `pod agent-x7k2p on worker-3 was deleted`. The reason is the cause of the event (see `writeCause`). */
export function writeSentence({ action, node, write, message }: WriteEvent): string {
  const object = `${write.resource === 'pods' ? 'pod' : 'ControllerRevision'} ${write.name}`;
  const where = node === '' ? '' : ` on ${node}`;
  return `${object}${where} ${PHRASES[action](VERBS[write.verb])}${message === '' ? '' : `: ${message}`}`;
}

/**
 * Why a write is done, for example `node worker-3: label zone a → b`. `fact`: the sentence of the change that led to the decision;
 * `''` if the decision is not the reason.
 */
export function writeCause({ write }: WriteEvent, fact: string): string {
  if (write.reason !== 'no-pod' && write.reason !== 'not-placed') return reasonText(write);
  return fact === '' ? REASONS[write.reason] : fact;
}

/** Why a write is done, for example `the pod failed: Evicted: The node was low on resource: memory.` */
function reasonText({ reason, detail }: Pick<ClusterWrite, 'reason' | 'detail'>): string {
  return detail === '' ? REASONS[reason] : `${REASONS[reason]}: ${detail}`;
}

const PHRASES: Readonly<Record<WriteEvent['action'], (verb: string) => string>> = {
  intended: (verb) => `is to be ${verb}`,
  succeeded: (verb) => `was ${verb}`,
  failed: (verb) => `was not ${verb}`,
  skipped: (verb) => `would be ${verb}`,
};

const VERBS: Readonly<Record<WriteVerb, string>> = {
  create: 'created',
  delete: 'deleted',
  adopt: 'adopted',
  release: 'released',
  update: 'updated',
};

const REASONS: Readonly<Record<WriteReason, string>> = {
  'no-pod': 'the node should run a pod and has none',
  'not-placed': 'the node must not run a pod of the DaemonSet',
  'failed-pod': 'the pod failed',
  'succeeded-pod': 'the pod has completed',
  duplicate: 'the node has more than one pod of the DaemonSet',
  'node-gone': 'the node was removed before the pod was scheduled',
  'selector-match': 'the selector matches its labels',
  'selector-mismatch': 'the selector does not match its labels any more',
  'new-template': 'the pod template is new',
  'older-revision': 'the pod template is that of an earlier revision',
  'hash-label': 'the label with its hash is missing',
};
