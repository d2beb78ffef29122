/**
 * Events as rows: the flat values that cross to the writer's thread, the text that is hashed, and
 * back. What `encodeRow` does not pick is not recorded.
 */
import { hash as hashOnce } from 'node:crypto';
import type { Verdict } from '../../shared/placement/types.ts';
import type { Drift, NodeFacts, PodHealth } from '../../shared/roll/model.ts';
import type { Cause, Change, DaemonSetRecord, EventKind, JournalEvent, ManifestProblem, NewEvent } from './events.ts';
import { recordedDaemonSet } from './recorded-daemon-set.ts';
import type { Action } from './vocabulary.ts';
import { ACTIONS, KINDS, numberOf, TRIGGERS, VERDICTS, wordOf } from './vocabulary.ts';

/** One event, its words as numbers (see vocabulary.ts) and its names as text. */
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
  /** JSON; `null` for a decision, which is all in the columns. */
  readonly body: string | null;
}

/** Consecutive rows as one flat array: the cheapest thing to hand to another thread. */
export interface RowBatch {
  readonly firstRevision: number;
  readonly count: number;
  readonly values: readonly (string | number | null)[];
}

const VALUES_PER_ROW = 13;
const DECISION = numberOf(KINDS, 'decision');

/** Appends the event's values to a batch's; returns the length of its body. Times lose what is below a millisecond. */
export function encodeRow(event: NewEvent, recordedMs: number, values: (string | number | null)[]): number {
  const body = bodyOf(event);
  const { cause } = event;
  values.push(
    recordedMs,
    Math.trunc(event.occurredMs),
    numberOf(KINDS, event.kind),
    event.kind === 'decision' ? null : numberOf<Action>(ACTIONS, event.action),
    'node' in event ? event.node : null,
    'daemonSet' in event ? event.daemonSet : null,
    numberOf(TRIGGERS, cause.trigger),
    cause.revision,
    cause.actor === '' ? null : cause.actor,
    'engineVersion' in event ? event.engineVersion : null,
    event.kind === 'decision' && event.from !== null ? numberOf(VERDICTS, event.from) : null,
    event.kind === 'decision' && event.to !== null ? numberOf(VERDICTS, event.to) : null,
    body,
  );
  return body === null ? 0 : body.length;
}

export function rowAt(batch: RowBatch, index: number): Row {
  const { values } = batch;
  const at = index * VALUES_PER_ROW;
  return {
    recordedMs: values[at] as number,
    occurredMs: values[at + 1] as number,
    kind: values[at + 2] as number,
    action: values[at + 3] as number | null,
    node: values[at + 4] as string | null,
    daemonSet: values[at + 5] as string | null,
    trigger: values[at + 6] as number,
    causeRevision: values[at + 7] as number,
    actor: values[at + 8] as string | null,
    engine: values[at + 9] as string | null,
    verdictBefore: values[at + 10] as number | null,
    verdict: values[at + 11] as number | null,
    body: values[at + 12] as string | null,
  };
}

/**
 * SHA-256 over the predecessor's hash and the row's canonical text: a JSON array of seq, times, words
 * and names, so that a renamed node breaks the chain as surely as a changed verdict.
 */
export function rowHash(previous: Uint8Array, revision: number, row: Row): Buffer {
  const text = canonicalText(revision, row);
  // A UTF-16 unit takes at most three bytes in UTF-8.
  const lengthMax = previous.length + 3 * text.length;
  const bytes = lengthMax <= scratch.length ? scratch : Buffer.allocUnsafe(lengthMax);
  bytes.set(previous, 0);
  const length = previous.length + bytes.write(text, previous.length);
  return hashOnce('sha256', bytes.subarray(0, length), 'buffer');
}

/** For hashing, which is synchronous and never nested: one allocation instead of one per row. */
const scratch = Buffer.alloc(16 * 1024);

function canonicalText(revision: number, row: Row): string {
  const { kind, action, verdictBefore, verdict } = row;
  return (
    `[${revision},${row.recordedMs},${row.occurredMs},"${wordOf(KINDS, kind)}",` +
    `${action === null ? 'null' : `"${wordOf<Action>(ACTIONS, action)}"`},` +
    `${JSON.stringify(row.node)},${JSON.stringify(row.daemonSet)},"${wordOf(TRIGGERS, row.trigger)}",` +
    `${row.causeRevision},${JSON.stringify(row.actor)},${JSON.stringify(row.engine)},` +
    `${verdictBefore === null ? 'null' : `"${wordOf(VERDICTS, verdictBefore)}"`},` +
    `${verdict === null ? 'null' : `"${wordOf(VERDICTS, verdict)}"`},` +
    `${row.body === null ? 'null' : JSON.stringify(row.body)}]`
  );
}

/** The bodies, by kind, as they stand in the database. */
export interface NodeBody {
  readonly facts: NodeFacts | null;
  readonly origin: 'agent' | 'roll';
  readonly source: string;
  readonly changes: readonly Change[];
}
export interface DaemonSetBody {
  readonly record: DaemonSetRecord | null;
  readonly problems: readonly ManifestProblem[];
  readonly changes: readonly Change[];
}
export interface AgentBody {
  readonly sessionId: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly peerAddress: string;
  readonly lastSeenMs: number;
  readonly detail: string;
}
export interface AssignmentBody {
  readonly assignmentRevision: number;
  readonly digest: string;
  readonly instanceId: string;
  readonly detail: string;
}
export interface PodBody {
  readonly pods: readonly PodHealth[];
  readonly verifiedRevision: number;
  readonly changes: readonly Change[];
}
export type DriftBody = Omit<Drift, 'node' | 'daemonSet'>;
export interface CoordinatorBody {
  readonly detail: string;
}

function bodyOf(event: NewEvent): string | null {
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
    case 'coordinator':
      return JSON.stringify({ detail: event.detail } satisfies CoordinatorBody);
  }
}

/** The event that `encodeRow` made the row of. */
export function decodeRow(revision: number, row: Row): JournalEvent {
  const cause: Cause = {
    trigger: wordOf(TRIGGERS, row.trigger),
    revision: row.causeRevision,
    actor: row.actor ?? '',
  };
  const base = { revision, recordedMs: row.recordedMs, occurredMs: row.occurredMs, cause };
  const node = row.node ?? '';
  const daemonSet = row.daemonSet ?? '';
  const engineVersion = row.engine ?? '';
  if (row.kind === DECISION) {
    const from = row.verdictBefore === null ? null : wordOf<Verdict>(VERDICTS, row.verdictBefore);
    const to = row.verdict === null ? null : wordOf<Verdict>(VERDICTS, row.verdict);
    return { kind: 'decision', ...base, node, daemonSet, from, to, engineVersion };
  }
  const kind: EventKind = wordOf(KINDS, row.kind);
  const action = wordOf<Action>(ACTIONS, row.action ?? 0);
  const body: unknown = JSON.parse(row.body ?? 'null');
  // The chain vouches for what was written, so the body is what encodeRow made it.
  if (kind === 'drift') {
    const drift = { ...(body as DriftBody), node, daemonSet };
    return { ...base, kind, action, node, daemonSet, drift } as JournalEvent;
  }
  const subject = SUBJECTS[kind];
  return {
    ...base,
    kind,
    action,
    ...(subject === 'node' && { node }),
    ...(subject === 'daemonSet' && { daemonSet }),
    ...(kind === 'coordinator' && { engineVersion }),
    ...(body as object),
  } as JournalEvent;
}

const SUBJECTS: Readonly<Record<EventKind, 'node' | 'daemonSet' | 'none'>> = {
  decision: 'none',
  node: 'node',
  'daemon-set': 'daemonSet',
  agent: 'node',
  assignment: 'node',
  pod: 'node',
  drift: 'none',
  coordinator: 'none',
};
