/** Assignments on their way to an agent: after the journal, one at a time, and never a guess. */
import { expect, test } from 'vitest';
import { facts } from '../evaluation/world.ts';
import { GRACE_MS, Hall, KEY } from './session-harness.ts';

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

test('an agent without a cursor is welcomed and gets a snapshot', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  expect(agent.stream.kinds).toEqual(['welcome', 'assignmentUpdate']);
  expect(agent.stream.all('welcome')[0]).toMatchObject({
    resumed: false,
    storeId: 'store-1',
    protocolVersion: 1,
    lastReportSequence: '0',
  });
  expect(counts(agent.newest)).toEqual({ snapshot: 1 });
});

test('nothing is sent before its row is durable', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  hall.applyDaemonSet(KEY, {}, 'v2');
  hall.sessions.journalAdvanced();
  expect(agent.updates).toHaveLength(1);
  hall.recorder.commit(hall.recorder.nextRevision - 2);
  hall.sessions.journalAdvanced();
  expect(agent.updates).toHaveLength(1);
  hall.commit();
  expect(agent.updates).toHaveLength(2);
  expect(counts(agent.newest)).toEqual({ upserts: 1, removals: 0 });
});

test('an agent that connects, or acknowledges, in the middle of a change waits for its row too', () => {
  const hall = Hall.furnished();
  const early = hall.connect('n2');
  hall.applyDaemonSet(KEY, {}, 'v2');
  const agent = hall.connect();
  early.acknowledge();
  expect(agent.stream.kinds).toEqual(['welcome']);
  expect(early.updates).toHaveLength(1);
  hall.commit();
  expect([agent.updates.length, early.updates.length]).toEqual([1, 2]);
});

test('an agent is told of its own node only, and not at all where nothing of it changed', () => {
  const hall = Hall.furnished();
  const [one, two] = [hall.connect('n1'), hall.connect('n2')];
  one.acknowledge();
  two.acknowledge();
  one.reportNode({ zone: 'a' });
  hall.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'a' } });
  hall.commit();
  expect([one.updates.length, two.updates.length]).toEqual([2, 1]);
});

test('at most one update is unanswered, and what changes meanwhile merges into the next', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  for (const image of ['v2', 'v3', 'v4']) {
    hall.applyDaemonSet(KEY, {}, image);
    hall.commit();
  }
  hall.applyDaemonSet('default/b');
  hall.commit();
  expect(agent.updates).toHaveLength(1);
  agent.acknowledge();
  expect(agent.updates).toHaveLength(2);
  expect(counts(agent.newest)).toEqual({ upserts: 2, removals: 0 });
  agent.acknowledge();
  hall.commit();
  expect(agent.updates).toHaveLength(2);
  expect(agent.updates.map(({ sequence }) => sequence)).toEqual(['1', '2']);
});

test('an update that is not answered in a minute ends the stream', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  hall.clock.advance(30_000);
  agent.say({ heartbeat: {} });
  hall.clock.advance(29_999);
  expect(agent.stream.endCount).toBe(0);
  hall.clock.advance(1);
  expect(agent.stream.error?.reason).toBe('ACK_TIMEOUT');
  expect(agent.stream.endCount).toBe(1);
  expect(hall.agentRows()).toEqual(['connected', 'disconnected']);
  expect(hall.recorder.all('agent').at(-1)?.detail).toContain('was not answered within 60 seconds');
});

test('a refusal is journalled, and answered with a snapshot at once, then ever more slowly', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  hall.applyDaemonSet(KEY, {}, 'v2');
  hall.commit();
  agent.refuse('the digest is another');
  expect(hall.recorder.all('assignment').at(-1)).toMatchObject({
    action: 'refused',
    detail: 'the digest is another',
    assignmentRevision: Number(agent.newest.revision),
  });
  hall.clock.advance(0);
  expect(counts(agent.newest)).toEqual({ snapshot: 1 });
  const sentMs: number[] = [];
  const startMs = hall.clock.nowMs();
  for (let refusal = 0; refusal < 9; refusal++) {
    const before = agent.updates.length;
    agent.refuse();
    for (let waited = 0; agent.updates.length === before && waited < 200; waited++) {
      hall.clock.advance(500);
      agent.say({ heartbeat: {} });
    }
    sentMs.push(hall.clock.nowMs() - startMs);
  }
  const pauses = sentMs.map((ms, index) => ms - (sentMs[index - 1] ?? 0));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(hall.counters.refusals).toBe(10);
});

test('after an acknowledgement the next refusal is cured at once again', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.refuse();
  hall.clock.advance(0);
  agent.refuse();
  hall.clock.advance(1_000);
  agent.acknowledge();
  expect(agent.session.lastRefusal).toBe('');
  hall.applyDaemonSet(KEY, {}, 'v2');
  hall.commit();
  agent.refuse();
  hall.clock.advance(0);
  expect(agent.updates).toHaveLength(5);
});

test('a refusal without a reason, or with a very long one, is a refusal with a short one', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.refuse('');
  expect(agent.session.lastRefusal).toBe('the agent gave no reason');
  hall.clock.advance(0);
  agent.refuse(`${'x'.repeat(499)}🙂${'y'.repeat(1_000)}`);
  expect(agent.session.lastRefusal).toBe('x'.repeat(499));
});

test('an acknowledgement of nothing, of another update, or of another revision ends the stream', () => {
  const wrong = [
    { sequence: '7', appliedRevision: '1' },
    { sequence: '1', appliedRevision: '1' },
    { sequence: '9007199254740993', appliedRevision: '1' },
  ];
  for (const assignmentAck of wrong) {
    const hall = Hall.furnished();
    const agent = hall.connect();
    agent.say({ assignmentAck });
    expect(agent.stream.error?.reason).toBe('MESSAGE_INVALID');
    expect(hall.clock.pendingCount).toBe(1);
  }
});

test('what an agent acknowledged is journalled and outlives a restart, so that it resumes and is told nothing', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  const next = hall.restart();
  const again = next.connect('n1', { cursor: agent.cursor });
  next.commit();
  expect(again.stream.all('welcome')[0]?.resumed).toBe(true);
  expect(again.updates).toEqual([]);
  expect(next.sessions.isSettled('n1')).toBe(true);
});

test('an agent that resumes gets what changed meanwhile as a delta, removals included', () => {
  const hall = Hall.furnished();
  hall.applyDaemonSet('default/b');
  hall.applyDaemonSet('default/c');
  hall.commit();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  const next = hall.restart();
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
  const hall = Hall.furnished();
  const agent = hall.connect();
  const { revision, digest } = agent.newest;
  const again = hall.connect('n1', { cursor: { storeId: 'store-1', revision, digest } });
  expect(again.stream.all('welcome')[0]?.resumed).toBe(true);
  expect(again.updates).toEqual([]);
});

test('a cursor of another store, another digest or the future gets a snapshot', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
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
    const again = hall.connect('n1', { cursor: wrong });
    expect(again.stream.all('welcome')[0]).toMatchObject({ resumed: false });
    expect(counts(again.newest)).toEqual({ snapshot: 1 });
  }
});

test('a store that was replaced under a running fleet sends snapshots', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  const again = hall.restart('store-2').connect('n1', { cursor: agent.cursor });
  expect(again.stream.all('welcome')[0]).toMatchObject({ resumed: false, storeId: 'store-2' });
  expect(counts(again.newest)).toEqual({ snapshot: 1 });
});

test('without a roll, an agent gets an empty snapshot once its node is known and durable, and nothing before', () => {
  const hall = new Hall({ hasRoll: false });
  hall.commit();
  const agent = hall.connect('new-node');
  hall.commit();
  expect(agent.updates).toEqual([]);
  agent.reportNode();
  expect(agent.updates).toEqual([]);
  hall.commit();
  expect(counts(agent.newest)).toEqual({ snapshot: 0 });
  expect(Number(agent.newest.revision)).toBeGreaterThan(0);
});

test('an agent of a node that was removed and came back is given what counts now', () => {
  const hall = Hall.furnished();
  const agent = hall.connect();
  agent.acknowledge();
  hall.commit();
  hall.evaluator.daemonSetRemoved(KEY, '');
  hall.evaluator.nodeRemoved('n1', '');
  expect(agent.stream.error?.reason).toBe('UNKNOWN_NODE');
  hall.applyNode(facts('n1'));
  hall.commit();
  const again = hall.connect('n1', { cursor: agent.cursor });
  expect(counts(again.newest)).toEqual({ snapshot: 0 });
  expect(Number(again.newest.revision)).toBeGreaterThan(agent.heldRevision);
});

test('a timer that no session needs any more is gone', () => {
  const hall = Hall.furnished();
  const idle = hall.clock.pendingCount;
  const agent = hall.connect();
  agent.refuse();
  hall.sessions.closed(agent.session, 'test');
  // The lease alone goes on: the node is present until it runs out.
  expect(hall.clock.pendingCount).toBe(idle + 1);
  hall.clock.advance(GRACE_MS * 2);
  expect(hall.clock.pendingCount).toBe(idle);
});
