/** Rows of the journal as sentences for people. */
import type { Change, JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';

export function eventSentence(event: NewEvent): string {
  switch (event.kind) {
    case 'decision':
      return `${event.daemonSet} on ${event.node}: ${event.from ?? 'not decided'} → ${event.to ?? 'gone'}`;
    case 'node':
      return event.action === 'changed'
        ? `node ${event.node}: ${changesSentence(event.changes)}`
        : nodeCame(event.node, event.action);
    case 'daemon-set':
      return daemonSetSentence(event);
    case 'agent':
      return `agent of node ${event.node} ${AGENT_WORDS[event.action]}${event.detail === '' ? '' : `: ${event.detail}`}`;
    case 'assignment':
      return event.action === 'acknowledged'
        ? `node ${event.node} acknowledged its assignments of revision ${event.assignmentRevision}`
        : `node ${event.node} refused its assignments: ${event.detail}`;
    case 'pod':
      return `pods on node ${event.node}: ${listed(event.changes.map(podChangeSentence))}`;
    case 'drift':
      return driftSentence(event);
    case 'coordinator':
      return `coordinator ${event.action}${event.detail === '' ? '' : `: ${event.detail}`}`;
    case 'access':
      return accessSentence(event);
  }
}

/** What made an event happen: the row that caused it in words, or the kind of thing that did. */
export function causeSentence(event: NewEvent, causedBy: JournalEvent | undefined): string {
  return causedBy === undefined ? TRIGGER_WORDS[event.cause.trigger] : eventSentence(causedBy);
}

/** The changes that a row keeps, including those that its columns say. */
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
  superseded: 'was superseded',
  drained: 'was asked to come back later',
} as const;

const TRIGGER_WORDS = {
  'node-report': 'a report of the node',
  'daemon-set-change': 'a change of the DaemonSet',
  'node-change': 'a change of the node inventory',
  operator: 'an operator',
  restart: 'a start of the coordinator',
  'engine-upgrade': 'another placement engine',
  agent: 'the agent',
  retention: 'the retention of the journal',
} as const;

function nodeCame(node: string, action: 'added' | 'removed'): string {
  return action === 'added' ? `node ${node} came onto the roll` : `node ${node} left the roll`;
}

function daemonSetSentence({
  daemonSet,
  action,
  changes,
  problems,
}: Extract<NewEvent, { kind: 'daemon-set' }>): string {
  switch (action) {
    case 'added':
      return `DaemonSet ${daemonSet} came into force`;
    case 'changed':
      return `DaemonSet ${daemonSet}: ${changes.length === 0 ? SAME_MANIFEST : changesSentence(changes)}`;
    case 'removed':
      return `DaemonSet ${daemonSet} was removed`;
    case 'rejected':
      return `DaemonSet ${daemonSet}: the newest manifest was refused: ${listed(problems.map(problemText))}`;
    case 'accepted':
      return `DaemonSet ${daemonSet}: the manifest is good again`;
  }
}

/** A coordinator that keeps more of it than the one before writes it once more. */
const SAME_MANIFEST = 'more is kept of the same manifest';

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

/** A row of the journal holds every change; a sentence names the first few. */
const CHANGES_NAMED_MAX = 3;

function listed(sentences: readonly string[]): string {
  const more = sentences.length - CHANGES_NAMED_MAX;
  const named = sentences.slice(0, CHANGES_NAMED_MAX).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** `field` is the DaemonSet and the pod's name; the texts begin with the pod's phase and readiness. */
function podChangeSentence({ field, from, to }: Change): string {
  const pod = `pod ${field.slice(field.indexOf(' ') + 1)}`;
  if (from === null) return `${pod} appeared: ${(to ?? '').split(', ').slice(0, 2).join(', ')}`;
  if (to === null) return `${pod} is gone`;
  return `${pod}: ${notIn(from, to)} → ${notIn(to, from)}`;
}

/** The parts of the one text that the other lacks. */
function notIn(text: string, other: string): string {
  const known = new Set(other.split(', '));
  return text
    .split(', ')
    .filter((part) => !known.has(part))
    .join(', ');
}

function changesSentence(changes: readonly Change[]): string {
  const told = changes.filter(({ field }) => field !== 'digest').map(changeSentence);
  return told.length === 0 ? 'the manifest changed, but nothing in it that placement reads' : listed(told);
}

/** Fields of a collection, whose entries are named as people name them. */
const ENTRIES: readonly { prefix: string; noun: string; text: (name: string, value: string) => string }[] = [
  { prefix: 'images.', noun: 'image', text: (container, image) => `${container}=${image}` },
  { prefix: 'labels.', noun: 'label', text: (key, value) => `${key}=${value}` },
  { prefix: 'nodeSelector.', noun: 'nodeSelector', text: (key, value) => `${key}=${value}` },
  { prefix: 'taints.', noun: 'taint', text: taintText },
  { prefix: 'tolerations.', noun: 'toleration', text: (name) => name },
  { prefix: 'affinity.', noun: 'affinity', text: (name) => name },
];

/** Fields whose names people write otherwise. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  templateRevision: 'template revision',
  unschedulable: 'cordoned',
};

function changeSentence({ field, from, to }: Change): string {
  if (field === 'origin') return to === 'agent' ? 'its agent speaks for it now' : 'the roll speaks for it now';
  const entry = ENTRIES.find(({ prefix }) => field.startsWith(prefix));
  if (entry === undefined) return `${FIELD_WORDS[field] ?? field} ${from ?? 'unset'} → ${to ?? 'unset'}`;
  const name = field.slice(entry.prefix.length);
  if (from === null) return `${entry.noun} ${entry.text(name, to ?? '')} added`;
  if (to === null) return `${entry.noun} ${entry.text(name, from)} removed`;
  return `${entry.noun} ${name} ${from} → ${to}`;
}

/** `key:effect` and a value, as kubectl writes a taint. */
function taintText(name: string, value: string): string {
  const colon = name.lastIndexOf(':');
  return value === '' ? name : `${name.slice(0, colon)}=${value}${name.slice(colon)}`;
}
