/** Reports: they are acknowledged after they are durable, applied once, and refused if they are invalid. */

import { expect, test } from 'vitest';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { SessionHarness } from './session-harness.ts';

test('a report is acknowledged only after it is durable', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.reportNode({ zone: 'a' });
  harness.sessions.journalAdvanced();
  expect(agent.acks).toEqual([]);
  harness.recorder.commit(harness.recorder.nextRevision - 2);
  harness.sessions.journalAdvanced();
  expect(agent.acks).toEqual([]);
  harness.commit();
  expect(agent.acks).toEqual([1]);
});

test('one acknowledgement covers all reports up to its sequence number', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  for (const zone of ['a', 'b', 'c']) agent.reportNode({ zone });
  harness.commit();
  expect(agent.acks).toEqual([3]);
});

test('an unchanged report is acknowledged as soon as the earlier events are durable', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.reportNode();
  harness.commit();
  agent.reportNode();
  expect(agent.acks).toEqual([1, 2]);
});

test('a repeated report is applied once', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.reportNode({ zone: 'a' });
  harness.commit();
  const rows = harness.recorder.nextRevision;
  agent.reportNode({ zone: 'late' }, 1);
  expect(harness.recorder.nextRevision).toBe(rows);
  expect(harness.counters.nodeReports).toBe(1);
  expect(agent.acks).toEqual([1, 1]);
});

test('a report that is repeated on a new stream is acknowledged only after it is durable', () => {
  const harness = SessionHarness.wired();
  harness.connect().reportNode({ zone: 'a' });
  const again = harness.connect();
  expect(again.stream.all('welcome')[0]?.lastReportSequence).toBe('0');
  again.reportNode({ zone: 'a' }, 1);
  expect(again.acks).toEqual([]);
  harness.commit();
  expect(again.acks).toEqual([1]);
  expect(harness.counters.nodeReports).toBe(1);
  expect(harness.connect().stream.all('welcome')[0]?.lastReportSequence).toBe('1');
});

test('another process of the same node starts with new sequence numbers', () => {
  const harness = SessionHarness.wired();
  harness.connect().reportNode({ zone: 'a' });
  harness.commit();
  const other = harness.connect('n1', { instanceId: 'other', startTime: timeToWire(harness.clock.nowMs() + 1) });
  expect(other.stream.all('welcome')[0]?.lastReportSequence).toBe('0');
  other.reportNode({ zone: 'b' }, 1);
  expect(harness.evaluator.table.facts('n1')?.labels).toEqual({ zone: 'b' });
});

test('the queue of pending acknowledgements does not grow with unchanged reports', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  for (let count = 0; count < 1_000; count++) agent.reportNode({ zone: 'a' });
  harness.commit();
  expect(agent.acks).toEqual([1_000]);
});

test('no report is applied while the journal is stalled, and the report is requested again afterwards', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  harness.commit();
  harness.recorder.accepting = false;
  agent.reportNode({ zone: 'a' });
  agent.reportNode({ zone: 'b' });
  harness.commit();
  expect(agent.stream.kinds).not.toContain('reportRequest');
  expect(harness.evaluator.table.facts('n1')?.labels).toEqual({});
  harness.recorder.accepting = true;
  harness.commit();
  harness.commit();
  expect(agent.stream.all('reportRequest')).toHaveLength(1);
  expect(agent.acks).toEqual([]);
  agent.reportNode({ zone: 'b' });
  harness.commit();
  expect(agent.acks).toEqual([3]);
});

test('no report is requested from an agent that disconnected', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  harness.recorder.accepting = false;
  agent.reportNode({ zone: 'a' });
  harness.sessions.closed(agent.session, 'gone');
  harness.recorder.accepting = true;
  harness.commit();
  expect(agent.stream.kinds).not.toContain('reportRequest');
});

const FACTS = { node: { name: 'n1' } };
const DAEMON_SET = { namespace: 'default', name: 'a' };
const HUGE = { seconds: '9223372036854775807', nanos: 0 };

test.each<[string, string, ConnectRequest]>([
  ['without facts', 'node_report.facts', { nodeReport: { reportSequence: '1' } }],
  ['without a sequence number', 'node_report.report_sequence', { nodeReport: { facts: FACTS } }],
  ['with a negative sequence number', 'report_sequence', { nodeReport: { reportSequence: '-1', facts: FACTS } }],
  [
    'with a sequence number that would be rounded',
    'report_sequence',
    { nodeReport: { reportSequence: '9007199254740993', facts: FACTS } },
  ],
  [
    'with a time out of range',
    'node_report.observe_time',
    { nodeReport: { reportSequence: '1', facts: FACTS, observeTime: HUGE } },
  ],
  [
    'of pods with a time out of range',
    'pod_report.observe_time',
    { podReport: { reportSequence: '1', observeTime: HUGE } },
  ],
  ['with a negative revision', 'verified_revision', { podReport: { reportSequence: '1', verifiedRevision: '-1' } }],
  [
    'with a drift without a DaemonSet',
    'pod_report.drifts[0].daemon_set',
    { podReport: { reportSequence: '1', drifts: [{ node: FACTS.node }] } },
  ],
  [
    'with a drift with a start time out of range',
    'pod_report.drifts[0].since_time',
    { podReport: { reportSequence: '1', drifts: [{ node: FACTS.node, daemonSet: DAEMON_SET, sinceTime: HUGE }] } },
  ],
  [
    'with a pod of a DaemonSet with an invalid name',
    'pod_report.pods[1].daemon_set',
    {
      podReport: {
        reportSequence: '1',
        pods: [{ daemonSet: DAEMON_SET }, { daemonSet: { namespace: 'a b', name: 'c' } }],
      },
    },
  ],
])('a report %s is refused with the field in the message, and is not recorded', (_what, field, message) => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.say(message);
  expect(agent.stream.error).toMatchObject({ reason: 'MESSAGE_INVALID' });
  expect(agent.stream.error?.message).toContain(field);
  expect(harness.recorder.all('node')).toHaveLength(2);
  expect([...harness.recorder.all('pod'), ...harness.recorder.all('drift')]).toEqual([]);
});

test.each<[string, ConnectRequest]>([
  ['another node', { nodeReport: { reportSequence: '1', facts: { node: { name: 'n2' } } } }],
  ['no node', { nodeReport: { reportSequence: '1', facts: {} } }],
  [
    'a drift of another node',
    { podReport: { reportSequence: '1', drifts: [{ daemonSet: DAEMON_SET, node: { name: 'n2' } }] } },
  ],
])('an agent that reports %s is disconnected with NODE_IDENTITY_MISMATCH', (_what, message) => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.say(message);
  expect(agent.stream.error?.reason).toBe('NODE_IDENTITY_MISMATCH');
  expect(agent.stream.error?.metadata).toEqual({ node: 'n1' });
});

test('a source with a very long name is shortened', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.say({ nodeReport: { reportSequence: '1', facts: FACTS, source: 's'.repeat(100_000) } });
  expect(harness.recorder.all('node').at(-1)?.cause.actor).toHaveLength(500);
});

test('a second Hello ends the stream, and heartbeats and unknown messages are counted and ignored', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.say({});
  agent.say({ heartbeat: {} });
  expect([harness.counters.unknownMessages, harness.counters.heartbeats]).toEqual([1, 1]);
  expect(agent.stream.endCount).toBe(0);
  agent.say({ hello: { node: { name: 'n1' } } });
  expect(agent.stream.error?.reason).toBe('HELLO_EXPECTED');
  agent.say({ heartbeat: {} });
  expect(harness.counters.heartbeats).toBe(1);
});

test('a report with more entries than a node can have is refused with the field, and is not recorded', () => {
  const labels = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`label-${index}`, '']));
  for (const [tooMuch, field] of [
    [labels, 'node_report.facts.labels has 1001 entries'],
    [{ a: 'x'.repeat(1_025) }, 'node_report.facts.labels contains a text of 1025 characters'],
  ] as const) {
    const harness = SessionHarness.wired();
    const agent = harness.connect();
    const rows = harness.recorder.all('node').length;
    agent.reportNode(tooMuch);
    expect(agent.stream.error?.message).toContain(field);
    expect(harness.recorder.all('node')).toHaveLength(rows);
  }
});

test('a report is requested after a restart of the coordinator, because its usage was only in memory', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  const pod = { daemonSet: { namespace: 'default', name: 'a' }, podName: 'a-1' };
  const observeTime = timeToWire(1_700_000_000_000);
  agent.say({ podReport: { reportSequence: '1', observeTime, pods: [pod], usage: { others: { podCount: 1 } } } });
  harness.commit();
  expect(harness.connect().stream.kinds).not.toContain('reportRequest');
  const next = harness.restart().connect();
  expect(next.stream.kinds.slice(0, 2)).toEqual(['welcome', 'reportRequest']);
});

test('a report with invalid usage is refused', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  const observeTime = timeToWire(1_700_000_000_000);
  const usage = { others: { requests: { cpu: '-5' } } };
  agent.say({ podReport: { reportSequence: '1', observeTime, usage } });
  expect(agent.stream.error).toMatchObject({
    reason: 'MESSAGE_INVALID',
    message: 'pod_report.usage.others.requests contains -5; use a value from 0 to 2^53 - 1',
  });
});
