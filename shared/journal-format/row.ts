/** Encodes events as rows of the journal, and decodes rows. */

import { parseNodeBody } from './earlier-rows.ts';
import type {
  AccessBody,
  AgentBody,
  AssignmentBody,
  CoordinatorBody,
  DaemonSetBody,
  DriftBody,
  NodeBody,
  PodBody,
  WriteBody,
} from './event-bodies.ts';
import type { Cause, EventKind, JournalEvent, NewEvent, RetentionSeal } from './events.ts';
import { recordedDaemonSet } from './recorded-daemon-set.ts';
import { ACTIONS, KINDS, SUBJECTS, TRIGGERS, VERDICTS } from './vocabulary.ts';

/** An event with its words as numbers (see vocabulary.ts) and its names as text. */
export interface Row {
  readonly recordedMs: number;
  readonly occurredMs: number;
  readonly kind: number;
  readonly action: number | null;
  readonly node: string | null;
  /** `namespace/name`. */
  readonly daemonSet: string | null;
  readonly trigger: number;
  readonly causeRevision: number;
  readonly actor: string | null;
  readonly engine: string | null;
  readonly verdictBefore: number | null;
  readonly verdict: number | null;
  /** JSON; `null` for a decision, whose fields are all columns. */
  readonly body: string | null;
}

/** A row as it is stored: with its number and its hash of 32 bytes. */
export interface StoredRow {
  readonly seq: number;
  readonly row: Row;
  readonly hash: Buffer;
}

const DECISION = KINDS.numberOf('decision');

/** Returns the JSON body of an event's row. Fields that are not selected here are not recorded. */
export function bodyOf(event: NewEvent): string | null {
  switch (event.kind) {
    case 'decision':
      return null;
    case 'node': {
      const { facts, origin, source, changes } = event;
      return JSON.stringify({ facts, origin, source, changes } satisfies NodeBody);
    }
    case 'daemon-set': {
      const { problems, changes } = event;
      const record = event.record === null ? null : recordedDaemonSet(event.record);
      return JSON.stringify({ record, problems, changes } satisfies DaemonSetBody);
    }
    case 'agent': {
      const { sessionId, instanceId, agentVersion, peerAddress, detail } = event;
      const lastSeenMs = Math.trunc(event.lastSeenMs);
      const body = { sessionId, instanceId, agentVersion, peerAddress, lastSeenMs, detail };
      return JSON.stringify(body satisfies AgentBody);
    }
    case 'assignment': {
      const { assignmentRevision, digest, instanceId, detail } = event;
      return JSON.stringify({ assignmentRevision, digest, instanceId, detail } satisfies AssignmentBody);
    }
    case 'pod': {
      const { pods, verifiedRevision, changes } = event;
      return JSON.stringify({ pods, verifiedRevision, changes } satisfies PodBody);
    }
    case 'drift': {
      const { kind, podName, detail } = event.drift;
      return JSON.stringify({ kind, podName, detail, sinceMs: Math.trunc(event.drift.sinceMs) } satisfies DriftBody);
    }
    case 'coordinator': {
      const { detail, seal, problems } = event;
      const body = { detail, ...(seal && { seal: sealFields(seal) }), ...(problems && { problems }) };
      return JSON.stringify(body satisfies CoordinatorBody);
    }
    case 'access': {
      const { method, reason, detail, peerAddress, count } = event;
      return JSON.stringify({ method, reason, detail, peerAddress, count } satisfies AccessBody);
    }
    case 'write': {
      const { verb, resource, name, uid, reason, detail } = event.write;
      const write = { verb, resource, name, uid, reason, detail };
      return JSON.stringify({ write, message: event.message } satisfies WriteBody);
    }
  }
}

function sealFields({ prunedThrough, prunedHash, keptCount, keptDigest }: RetentionSeal): RetentionSeal {
  return { prunedThrough, prunedHash, keptCount, keptDigest };
}

/** Returns the event of a row. */
export function decodeRow(revision: number, row: Row): JournalEvent {
  const cause: Cause = {
    trigger: TRIGGERS.wordOf(row.trigger),
    revision: row.causeRevision,
    actor: row.actor ?? '',
  };
  const base = { revision, recordedMs: row.recordedMs, occurredMs: row.occurredMs, cause };
  const node = row.node ?? '';
  const daemonSet = row.daemonSet ?? '';
  const engineVersion = row.engine ?? '';
  if (row.kind === DECISION) {
    const from = row.verdictBefore === null ? null : VERDICTS.wordOf(row.verdictBefore);
    const to = row.verdict === null ? null : VERDICTS.wordOf(row.verdict);
    return { kind: 'decision', ...base, node, daemonSet, from, to, engineVersion };
  }
  const kind: EventKind = KINDS.wordOf(row.kind);
  const action = ACTIONS.wordOf(row.action ?? 0);
  const text = row.body ?? 'null';
  const body: unknown = kind === 'node' ? parseNodeBody(text) : JSON.parse(text);
  // The hash chain ensures that the body is what bodyOf wrote.
  if (kind === 'drift') {
    const drift = { ...(body as DriftBody), node, daemonSet };
    return { ...base, kind, action, node, daemonSet, drift } as JournalEvent;
  }
  const subject = SUBJECTS[kind];
  return {
    ...base,
    kind,
    action,
    ...((subject === 'node' || subject === 'pair') && { node }),
    ...((subject === 'daemon-set' || subject === 'pair') && { daemonSet }),
    ...(kind === 'coordinator' && { engineVersion }),
    ...(body as object),
  } as JournalEvent;
}
