/** Publishing of assignments: after they are durable, one update at a time. */
import { expect, test } from 'vitest';
import { facts } from '../evaluation/world.ts';
import { GRACE_MS, KEY, SessionHarness } from './session-harness.ts';

function counts({
  snapshot,
  delta,
}: {
  snapshot?: { assignments: unknown[] } | null;
  delta?: { upserts: unknown[]; removals: unknown[] } | null;
}) {
  return snapshot
    ? { snapshot: snapshot.assignments.length }
    : { upserts: delta?.upserts.length, removals: delta?.removals.length };
}

test('an agent without a cursor gets Welcome and a snapshot', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  expect(agent.stream.kinds).toEqual(['welcome', 'assignmentUpdate']);
  expect(agent.stream.all('welcome')[0]).toMatchObject({
    resumed: false,
    storeId: 'store-1',
    protocolVersion: 1,
    lastReportSequence: '0',
  });
  expect(counts(agent.newest)).toEqual({ snapshot: 1 });
});

test('sends nothing before its row is durable', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  harness.applyDaemonSet(KEY, {}, 'v2');
  harness.sessions.journalAdvanced();
  expect(agent.updates).toHaveLength(1);
  harness.recorder.commit(harness.recorder.nextRevision - 2);
  harness.sessions.journalAdvanced();
  expect(agent.updates).toHaveLength(1);
  harness.commit();
  expect(agent.updates).toHaveLength(2);
  expect(counts(agent.newest)).toEqual({ upserts: 1, removals: 0 });
});

test('an agent that connects or acknowledges during a change gets it after its row is durable', () => {
  const harness = SessionHarness.wired();
  const early = harness.connect('n2');
  harness.applyDaemonSet(KEY, {}, 'v2');
  const agent = harness.connect();
  early.acknowledge();
  expect(agent.stream.kinds).toEqual(['welcome']);
  expect(early.updates).toHaveLength(1);
  harness.commit();
  expect([agent.updates.length, early.updates.length]).toEqual([1, 2]);
});

test('an agent gets updates of its own node only, and only changes', () => {
  const harness = SessionHarness.wired();
  const [one, two] = [harness.connect('n1'), harness.connect('n2')];
  one.acknowledge();
  two.acknowledge();
  one.reportNode({ zone: 'a' });
  harness.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'a' } });
  harness.commit();
  expect([one.updates.length, two.updates.length]).toEqual([2, 1]);
});

test('at most one update is unacknowledged, and later changes merge into the next one', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  for (const image of ['v2', 'v3', 'v4']) {
    harness.applyDaemonSet(KEY, {}, image);
    harness.commit();
  }
  harness.applyDaemonSet('default/b');
  harness.commit();
  expect(agent.updates).toHaveLength(1);
  agent.acknowledge();
  expect(agent.updates).toHaveLength(2);
  expect(counts(agent.newest)).toEqual({ upserts: 2, removals: 0 });
  agent.acknowledge();
  harness.commit();
  expect(agent.updates).toHaveLength(2);
  expect(agent.updates.map(({ sequence }) => sequence)).toEqual(['1', '2']);
});

test('ends the stream if an update is not acknowledged within one minute', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  harness.clock.advance(30_000);
  agent.say({ heartbeat: {} });
  harness.clock.advance(29_999);
  expect(agent.stream.endCount).toBe(0);
  harness.clock.advance(1);
  expect(agent.stream.error?.reason).toBe('ACK_TIMEOUT');
  expect(agent.stream.endCount).toBe(1);
  expect(harness.agentRows()).toEqual(['connected', 'disconnected']);
  expect(harness.recorder.all('agent').at(-1)?.detail).toContain('did not acknowledge update 1 within 60 seconds');
});

test('journals a refusal and sends a snapshot immediately, then with a growing delay', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  harness.applyDaemonSet(KEY, {}, 'v2');
  harness.commit();
  agent.refuse('the digest is another');
  expect(harness.recorder.all('assignment').at(-1)).toMatchObject({
    action: 'refused',
    detail: 'the digest is another',
    assignmentRevision: Number(agent.newest.revision),
  });
  harness.clock.advance(0);
  expect(counts(agent.newest)).toEqual({ snapshot: 1 });
  const sentMs: number[] = [];
  const startMs = harness.clock.nowMs();
  for (let refusal = 0; refusal < 9; refusal++) {
    const before = agent.updates.length;
    agent.refuse();
    for (let waited = 0; agent.updates.length === before && waited < 200; waited++) {
      harness.clock.advance(500);
      agent.say({ heartbeat: {} });
    }
    sentMs.push(harness.clock.nowMs() - startMs);
  }
  const pauses = sentMs.map((ms, index) => ms - (sentMs[index - 1] ?? 0));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(harness.counters.refusals).toBe(10);
});

test('sends a snapshot immediately again after an acknowledgement', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.refuse();
  harness.clock.advance(0);
  agent.refuse();
  harness.clock.advance(1_000);
  agent.acknowledge();
  expect(agent.session.lastRefusal).toBe('');
  harness.applyDaemonSet(KEY, {}, 'v2');
  harness.commit();
  agent.refuse();
  harness.clock.advance(0);
  expect(agent.updates).toHaveLength(5);
});

test('records a short reason for a refusal without a reason or with a long one', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.refuse('');
  expect(agent.session.lastRefusal).toBe('the agent gave no reason');
  harness.clock.advance(0);
  agent.refuse(`${'x'.repeat(499)}🙂${'y'.repeat(1_000)}`);
  expect(agent.session.lastRefusal).toBe('x'.repeat(499));
});

test('ends the stream after an acknowledgement of no update, another update, or another revision', () => {
  const wrong = [
    { sequence: '7', appliedRevision: '1' },
    { sequence: '1', appliedRevision: '1' },
    { sequence: '9007199254740993', appliedRevision: '1' },
  ];
  for (const assignmentAck of wrong) {
    const harness = SessionHarness.wired();
    const agent = harness.connect();
    agent.say({ assignmentAck });
    expect(agent.stream.error?.reason).toBe('MESSAGE_INVALID');
    expect(harness.clock.pendingCount).toBe(1);
  }
});

test('journals acknowledgements, so that an agent resumes without an update after a restart', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  const next = harness.restart();
  const again = next.connect('n1', { cursor: agent.cursor });
  next.commit();
  expect(again.stream.all('welcome')[0]?.resumed).toBe(true);
  expect(again.updates).toEqual([]);
  expect(next.sessions.hasAcknowledged('n1')).toBe(true);
});

test('an agent that resumes gets the changes, including removals, as a delta', () => {
  const harness = SessionHarness.wired();
  harness.applyDaemonSet('default/b');
  harness.applyDaemonSet('default/c');
  harness.commit();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  const next = harness.restart();
  next.evaluator.daemonSetRemoved('default/b', '');
  next.applyDaemonSet('default/c', { nodeSelector: { zone: 'nowhere' } });
  next.applyDaemonSet(KEY, {}, 'v2');
  next.commit();
  const again = next.connect('n1', { cursor: agent.cursor });
  expect(counts(again.newest)).toEqual({ upserts: 1, removals: 2 });
  for (const [key, held] of agent.held) again.held.set(key, held);
  again.heldRevision = agent.heldRevision;
  again.acknowledge();
  expect([...again.held.keys()]).toEqual([KEY]);
});

test('an agent whose acknowledgement was lost resumes from what it was sent', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  const { revision, digest } = agent.newest;
  const again = harness.connect('n1', { cursor: { storeId: 'store-1', revision, digest } });
  expect(again.stream.all('welcome')[0]?.resumed).toBe(true);
  expect(again.updates).toEqual([]);
});

test('a cursor of another store, another digest or the future gets a snapshot', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  const { cursor } = agent;
  const other = Buffer.alloc(32, 7);
  const cursors = [
    { ...cursor, storeId: 'store-2' },
    { ...cursor, digest: other },
    { ...cursor, digest: Buffer.alloc(0) },
    { ...cursor, revision: '9223372036854775807' },
    { ...cursor, revision: '-1' },
    { ...cursor, revision: String(Number(cursor.revision) + 1) },
  ];
  for (const wrong of cursors) {
    const again = harness.connect('n1', { cursor: wrong });
    expect(again.stream.all('welcome')[0]).toMatchObject({ resumed: false });
    expect(counts(again.newest)).toEqual({ snapshot: 1 });
  }
});

test('a store that was replaced under a running fleet sends snapshots', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  const again = harness.restart('store-2').connect('n1', { cursor: agent.cursor });
  expect(again.stream.all('welcome')[0]).toMatchObject({ resumed: false, storeId: 'store-2' });
  expect(counts(again.newest)).toEqual({ snapshot: 1 });
});

test('without an inventory, an agent gets an empty snapshot only after its node is known and durable', () => {
  const harness = new SessionHarness({ hasInventory: false });
  harness.commit();
  const agent = harness.connect('new-node');
  harness.commit();
  expect(agent.updates).toEqual([]);
  agent.reportNode();
  expect(agent.updates).toEqual([]);
  harness.commit();
  expect(counts(agent.newest)).toEqual({ snapshot: 0 });
  expect(Number(agent.newest.revision)).toBeGreaterThan(0);
});

test('an agent of a node that was removed and added again gets the current assignments', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.commit();
  harness.evaluator.daemonSetRemoved(KEY, '');
  harness.evaluator.nodeRemoved('n1', '');
  expect(agent.stream.error?.reason).toBe('UNKNOWN_NODE');
  harness.applyNode(facts('n1'));
  harness.commit();
  const again = harness.connect('n1', { cursor: agent.cursor });
  expect(counts(again.newest)).toEqual({ snapshot: 0 });
  expect(Number(again.newest.revision)).toBeGreaterThan(agent.heldRevision);
});

test('a closed session leaves no timers', () => {
  const harness = SessionHarness.wired();
  const idle = harness.clock.pendingCount;
  const agent = harness.connect();
  agent.refuse();
  harness.sessions.closed(agent.session, 'test');
  // Only the timer of the lease remains: the node is present until the lease expires.
  expect(harness.clock.pendingCount).toBe(idle + 1);
  harness.clock.advance(GRACE_MS * 2);
  expect(harness.clock.pendingCount).toBe(idle);
});
