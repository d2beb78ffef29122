/** Events as sentences for people. */

import type { Change, JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { writeCause, writeSentence } from '../../shared/journal-format/write-text.ts';

export function eventSentence(event: NewEvent): string {
  switch (event.kind) {
    case 'decision':
      return `${event.daemonSet} on ${event.node}: ${event.from ?? 'new'} → ${event.to ?? 'removed'}`;
    case 'node':
      return event.action === 'changed'
        ? `node ${event.node}: ${changesSentence(event.changes)}`
        : `node ${event.node} was ${event.action}`;
    case 'daemon-set':
      return daemonSetSentence(event);
    case 'agent':
      return `agent of node ${event.node} ${AGENT_WORDS[event.action]}${event.detail === '' ? '' : `: ${event.detail}`}`;
    case 'assignment':
      return event.action === 'acknowledged'
        ? `node ${event.node} acknowledged the assignments of revision ${event.assignmentRevision}`
        : `node ${event.node} refused the assignments of revision ${event.assignmentRevision}: ${event.detail}`;
    case 'pod':
      return `pods on node ${event.node}: ${listed(event.changes.map(podChangeSentence))}`;
    case 'drift':
      return driftSentence(event);
    case 'coordinator':
      return `coordinator ${event.action}${event.detail === '' ? '' : `: ${event.detail}`}`;
    case 'access':
      return accessSentence(event);
    case 'write':
      return writeSentence(event);
  }
}

/** The sentence of the event that caused this one or, without such an event, the kind of trigger. */
export function causeSentence(event: NewEvent, causedBy: JournalEvent | undefined): string {
  if (event.kind === 'write') return writeCause(event, causedBy === undefined ? '' : eventSentence(causedBy));
  return causedBy === undefined ? TRIGGER_WORDS[event.cause.trigger] : eventSentence(causedBy);
}

/** The changes of an event, including those that it stores in fields of their own. */
export function changesOf(event: NewEvent): readonly Change[] {
  switch (event.kind) {
    case 'decision':
      return [{ field: 'verdict', from: event.from, to: event.to }];
    case 'node':
    case 'daemon-set':
    case 'pod':
      return event.changes;
    case 'drift':
      return [{ field: event.drift.kind, from: null, to: event.drift.detail }];
    default:
      return [];
  }
}

const AGENT_WORDS = {
  connected: 'connected',
  disconnected: 'disconnected',
  absent: 'is absent',
  refused: 'was refused',
  superseded: 'was replaced by another agent',
  drained: 'was asked to reconnect',
} as const;

const TRIGGER_WORDS = {
  'node-report': 'a node report',
  'daemon-set-change': 'a change of the DaemonSet',
  'node-change': 'a change of the node inventory',
  operator: 'an operator',
  restart: 'a restart of the coordinator',
  'engine-upgrade': 'a new version of the placement engine',
  agent: 'the agent',
  retention: 'the retention policy of the journal',
  'pod-change': 'a change of the pods on the node',
} as const;

function daemonSetSentence({
  daemonSet,
  action,
  changes,
  problems,
}: Extract<NewEvent, { kind: 'daemon-set' }>): string {
  switch (action) {
    case 'added':
      return `DaemonSet ${daemonSet} was added`;
    case 'changed':
      return `DaemonSet ${daemonSet}: ${changes.length === 0 ? SAME_MANIFEST : changesSentence(changes)}`;
    case 'removed':
      return `DaemonSet ${daemonSet} was removed`;
    case 'rejected':
      return `DaemonSet ${daemonSet}: the newest manifest was rejected: ${listed(problems.map(problemText))}`;
    case 'accepted':
      return `DaemonSet ${daemonSet}: the manifest is valid again`;
  }
}

/** Recorded by a coordinator that stores more of a manifest than the previous version did. */
const SAME_MANIFEST = 'the manifest is unchanged; more of it is recorded';

function problemText({ fieldPath, message }: { fieldPath: string; message: string }): string {
  return fieldPath === '' ? message : `${fieldPath}: ${message}`;
}

function driftSentence({ action, drift, node }: Extract<NewEvent, { kind: 'drift' }>): string {
  const pod = drift.podName === '' ? '' : ` (pod ${drift.podName})`;
  const detail = drift.detail === '' ? '' : `: ${drift.detail}`;
  if (action === 'ended') return `${drift.daemonSet} on ${node} is no longer ${drift.kind}${pod}`;
  return `${drift.daemonSet} on ${node} is ${drift.kind}${pod}${detail}`;
}

function accessSentence({ node, method, detail, peerAddress, count }: Extract<NewEvent, { kind: 'access' }>): string {
  const times = count === 1 ? '' : ` ${count} times`;
  const about = node === '' ? '' : ` for node ${node}`;
  return `${method}${about} was denied${times} to ${peerAddress}: ${detail}`;
}

/** An event contains every change; its sentence names the first few. */
const CHANGES_NAMED_MAX = 3;

function listed(sentences: readonly string[]): string {
  const more = sentences.length - CHANGES_NAMED_MAX;
  const named = sentences.slice(0, CHANGES_NAMED_MAX).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** `field`: DaemonSet and name of the pod. The values begin with the phase and the readiness of the pod. */
function podChangeSentence({ field, from, to }: Change): string {
  const pod = `pod ${field.slice(field.indexOf(' ') + 1)}`;
  if (from === null) return `${pod} was created: ${(to ?? '').split(', ').slice(0, 2).join(', ')}`;
  if (to === null) return `${pod} was deleted`;
  return `${pod}: ${notIn(from, to)} → ${notIn(to, from)}`;
}

/** The parts of one text that are not in the other. */
function notIn(text: string, other: string): string {
  const known = new Set(other.split(', '));
  return text
    .split(', ')
    .filter((part) => !known.has(part))
    .join(', ');
}

function changesSentence(changes: readonly Change[]): string {
  const named = changes.filter(({ field }) => field !== 'digest').map(changeSentence);
  return named.length === 0 ? 'the manifest changed, but no field that placement reads' : listed(named);
}

/** Fields of a collection, and how users write its entries. */
const ENTRIES: readonly { prefix: string; noun: string; text: (name: string, value: string) => string }[] = [
  { prefix: 'images.', noun: 'image', text: (container, image) => `${container}=${image}` },
  { prefix: 'labels.', noun: 'label', text: (key, value) => `${key}=${value}` },
  { prefix: 'nodeSelector.', noun: 'nodeSelector', text: (key, value) => `${key}=${value}` },
  { prefix: 'taints.', noun: 'taint', text: taintText },
  { prefix: 'tolerations.', noun: 'toleration', text: (name) => name },
  { prefix: 'affinity.', noun: 'affinity', text: (name) => name },
];

/** Fields that users call by another name. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  templateRevision: 'template revision',
  unschedulable: 'cordoned',
};

function changeSentence({ field, from, to }: Change): string {
  if (field === 'origin')
    return to === 'agent' ? 'its agent now reports its facts' : 'its facts now come from the node inventory';
  const entry = ENTRIES.find(({ prefix }) => field.startsWith(prefix));
  if (entry === undefined) return `${FIELD_WORDS[field] ?? field} ${from ?? 'unset'} → ${to ?? 'unset'}`;
  const name = field.slice(entry.prefix.length);
  if (from === null) return `${entry.noun} ${entry.text(name, to ?? '')} added`;
  if (to === null) return `${entry.noun} ${entry.text(name, from)} removed`;
  return `${entry.noun} ${name} ${from} → ${to}`;
}

/** `name`: `key:effect`. Returns the taint in the syntax of kubectl. */
function taintText(name: string, value: string): string {
  const colon = name.lastIndexOf(':');
  return value === '' ? name : `${name.slice(0, colon)}=${value}${name.slice(colon)}`;
}
