/** The SQL in docs/journal.md, run against a small journal whose answers are known. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { NewEvent } from '../../coordinator/journal/events.ts';
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

/** Revisions 1 to 7; the decisions of 2 and 3 follow from 1. */
const EVENTS: readonly NewEvent[] = [
  relabelled,
  decision({ cause: { ...CAUSE, revision: 1 } }),
  decision({ cause: { ...CAUSE, revision: 1 }, daemonSet: 'kube-system/proxy' }),
  decision({ node: 'node-2' }),
  decision({ from: 'run', to: 'none', cause: { trigger: 'operator', revision: 0, actor: 'bob' } }),
  drift('began', 500),
  drift('ended', 2_500),
];

const ANSWERS: Readonly<Record<string, readonly object[]>> = {
  'Which verdict had a node for a DaemonSet at a moment (here revision 2)?': [{ name: 'run' }],
  'Which revision was in force at a time?': [{ seq: 7 }],
  'What happened on a node last, and who caused it?': [
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
  'On how many nodes does each DaemonSet belong now?': [
    { namespace: 'kube-system', name: 'proxy', wanted: 1 },
    { namespace: 'logging', name: 'fluentd', wanted: 1 },
  ],
  'Which change led to the most decisions?': [{ seq: 1, kind: 'node', node: 'node-1', actor: 'alice', decisions: 2 }],
  'Which facts had a node at a revision (here 4)?': [{ seq: 1, zone: 'a' }],
  'Which pairs were placed differently after revision 2 than at it, and by which decision?': [
    { daemon_set: 'proxy', node: 'node-1', verdict_before: null, verdict: 'run', seq: 3 },
    { daemon_set: 'fluentd', node: 'node-2', verdict_before: null, verdict: 'run', seq: 4 },
    { daemon_set: 'fluentd', node: 'node-1', verdict_before: 'run', verdict: 'none', seq: 5, actor: 'bob' },
  ],
  'How long did each drift that ended last?': [
    { seq: 6, node: 'node-3', daemon_set: 'fluentd', drift: 'missing', lasted_ms: 2_000 },
  ],
  'Who changed what, and how often?': [
    { actor: 'alice', kind: 'node', changes: 1, newest: 1 },
    { actor: 'bob', kind: 'decision', changes: 1, newest: 5 },
  ],
  'Which placements flap?': [{ namespace: 'logging', daemon_set: 'fluentd', node: 'node-1', decisions: 2 }],
};

it('has an answer to check for every documented question, and no other', () => {
  expect(QUERIES.map(({ question }) => question)).toEqual(Object.keys(ANSWERS));
});

it.each(QUERIES)('answers: $question', async ({ question, sql }) => {
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
