/** Runs the SQL of docs/journal.md against a small journal with known answers. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { NewEvent } from '../../shared/journal-format/events.ts';
import { CAUSE, decision, facts } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const TEXT = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
const QUERIES = [...TEXT.matchAll(/\n([^\n]+)\n\n```sql\n([\s\S]*?)```/g)].map(([, question, sql]) => ({
  question,
  sql,
}));

const relabelled: NewEvent = {
  kind: 'node',
  action: 'changed',
  node: 'node-1',
  facts: facts('node-1'),
  origin: 'agent',
  source: 'nodes/node-1.yaml',
  changes: [{ field: 'metadata.labels.zone', from: 'b', to: 'a' }],
  occurredMs: 1_000,
  cause: { ...CAUSE, actor: 'alice' },
};

const drift = (action: 'began' | 'ended', occurredMs: number): NewEvent => ({
  kind: 'drift',
  action,
  node: 'node-3',
  daemonSet: 'logging/fluentd',
  drift: { kind: 'missing', daemonSet: 'logging/fluentd', node: 'node-3', podName: '', detail: '', sinceMs: 500 },
  occurredMs,
  cause: CAUSE,
});

const started: NewEvent = {
  kind: 'coordinator',
  action: 'started',
  detail: 'placement engine 1 became 2',
  engineVersion: '2',
  occurredMs: 3_000,
  cause: { trigger: 'engine-upgrade', revision: 0, actor: '' },
};

const denied: NewEvent = {
  kind: 'access',
  action: 'denied',
  node: '',
  method: 'AuditService/CreateBackup',
  reason: 'PERMISSION_DENIED',
  detail: '',
  peerAddress: '10.0.0.1',
  count: 3,
  occurredMs: 3_000,
  cause: { trigger: 'operator', revision: 0, actor: 'mallory' },
};

const agent = (action: 'absent' | 'connected', occurredMs: number): NewEvent => ({
  kind: 'agent',
  action,
  node: 'node-3',
  sessionId: 's',
  instanceId: 'i',
  agentVersion: '1',
  peerAddress: '10.0.0.3',
  lastSeenMs: 3_000,
  detail: '',
  occurredMs,
  cause: CAUSE,
});

/** Revisions 1 to 12. Row 1 causes the decisions in rows 2 and 3. */
const EVENTS: readonly NewEvent[] = [
  relabelled,
  decision({ cause: { ...CAUSE, revision: 1 } }),
  decision({ cause: { ...CAUSE, revision: 1 }, daemonSet: 'kube-system/proxy' }),
  decision({ node: 'node-2' }),
  decision({ from: 'run', to: 'none', cause: { trigger: 'operator', revision: 0, actor: 'bob' } }),
  drift('began', 500),
  drift('ended', 2_500),
  started,
  denied,
  agent('absent', 5_000),
  agent('connected', 9_000),
  agent('absent', 12_000),
];

const ANSWERS: Readonly<Record<string, readonly object[]>> = {
  'Which verdict did a node have for a DaemonSet at a revision (here 2)?': [{ name: 'run' }],
  'Which revision was the newest at a given time?': [{ seq: 12 }],
  'What happened most recently on a node, and who caused it?': [
    {
      seq: 5,
      kind: 'decision',
      daemon_set: 'fluentd',
      verdict_before: 'run',
      verdict: 'none',
      cause: 'operator',
      actor: 'bob',
    },
    { seq: 3, kind: 'decision', daemon_set: 'proxy', verdict_before: null, verdict: 'run', cause_seq: 1 },
    { seq: 2, kind: 'decision', daemon_set: 'fluentd', verdict_before: null, verdict: 'run', cause_seq: 1 },
    { seq: 1, kind: 'node', action: 'changed', occurred: '1970-01-01T00:00:01.000Z', actor: 'alice' },
  ],
  'On how many nodes is each DaemonSet desired now?': [
    { namespace: 'kube-system', name: 'proxy', desired: 1 },
    { namespace: 'logging', name: 'fluentd', desired: 1 },
  ],
  'Which change caused the most decisions?': [{ seq: 1, kind: 'node', node: 'node-1', actor: 'alice', decisions: 2 }],
  'Which facts did a node have at a revision (here 4)?': [{ seq: 1, zone: 'a' }],
  'Which verdicts have changed since revision 2, and by which decision?': [
    { daemon_set: 'proxy', node: 'node-1', verdict_before: null, verdict: 'run', seq: 3 },
    { daemon_set: 'fluentd', node: 'node-2', verdict_before: null, verdict: 'run', seq: 4 },
    { daemon_set: 'fluentd', node: 'node-1', verdict_before: 'run', verdict: 'none', seq: 5, actor: 'bob' },
  ],
  'How long did each resolved drift last?': [
    { seq: 6, node: 'node-3', daemon_set: 'fluentd', drift: 'missing', lasted_ms: 2_000 },
  ],
  'Who changed what, and how often?': [
    { actor: 'alice', kind: 'node', changes: 1, newest: 1 },
    { actor: 'bob', kind: 'decision', changes: 1, newest: 5 },
    { actor: 'mallory', kind: 'access', changes: 1, newest: 9 },
  ],
  'Which verdicts change most often?': [{ namespace: 'logging', daemon_set: 'fluentd', node: 'node-1', decisions: 2 }],
  'When did a coordinator start or stop, and with which placement engine?': [
    { seq: 8, action: 'started', engine: '2', detail: 'placement engine 1 became 2' },
  ],
  'Which calls were denied, to whom, and how often?': [
    { actor: 'mallory', method: 'AuditService/CreateBackup', reason: 'PERMISSION_DENIED', denials: 3 },
  ],
  'How long was each agent absent, from its last message to its next connection (NULL: still absent)?': [
    { node: 'node-3', seq: 10, absent_ms: 6_000 },
    { node: 'node-3', seq: 12, absent_ms: null },
  ],
};

it('has an expected answer for each documented question, and no others', () => {
  expect(QUERIES.map(({ question }) => question)).toEqual(Object.keys(ANSWERS));
});

it.each(QUERIES)('answers "$question"', async ({ question, sql }) => {
  const file = temporaryFile();
  const journal = await openJournal({ file });
  journal.append(EVENTS);
  await journal.close();
  const database = new Database(file, { readonly: true });
  const expected = ANSWERS[question ?? ''] ?? [];
  const rows = database.prepare(sql ?? '').all();
  expect(rows).toHaveLength(expected.length);
  expect(rows).toMatchObject(expected);
  database.close();
});
