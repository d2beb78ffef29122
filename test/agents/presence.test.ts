/** Admission and presence of agents, and competing agents of one node. */
import { expect, test } from 'vitest';
import { ADMISSION, REFUSALS } from '../../coordinator/limits.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { facts } from '../evaluation/world.ts';
import { GRACE_MS, LEASE_MS, SessionHarness } from './session-harness.ts';

function started(ms: number) {
  return timeToWire(1_700_000_000_000 + ms);
}

test('the agent that started later replaces the other one, which receives the reason', () => {
  const harness = SessionHarness.wired();
  const first = harness.connect('n1', { instanceId: 'first', startTime: started(0) });
  const second = harness.connect('n1', { instanceId: 'second', startTime: started(1) });
  expect(first.stream.error).toMatchObject({ reason: 'SUPERSEDED', retryAfterMs: LEASE_MS });
  expect(first.stream.endCount).toBe(1);
  expect(second.stream.endCount).toBe(0);
  expect(harness.sessions.agent('n1')?.session).toBe(second.session);
  expect(harness.agentRows()).toEqual(['connected', 'superseded', 'connected']);
});

test('an agent that started earlier or at the same time is refused with a reason', () => {
  const harness = SessionHarness.wired();
  const first = harness.connect('n1', { instanceId: 'first', startTime: started(1) });
  for (const ms of [0, 1]) {
    const refusal = harness.refusal('n1', { instanceId: 'second', startTime: started(ms) });
    expect(refusal).toMatchObject({ reason: 'SUPERSEDED', retryAfterMs: LEASE_MS });
  }
  expect(first.stream.endCount).toBe(0);
  expect(harness.agentRows()).toEqual(['connected', 'refused']);
});

test('repeated refusals are recorded once per window and reason, for any number of node names', () => {
  const harness = SessionHarness.wired();
  const rows = (...nodes: string[]) => nodes.map((node) => harness.agentRows(node).length);
  for (let count = 0; count < 3; count++) harness.refusal('n9');
  harness.refusal('n8');
  expect(rows('n9', 'n8')).toEqual([1, 1]);
  harness.clock.advance(REFUSALS.windowMs);
  harness.refusal('n9');
  expect(rows('n9', 'n8')).toEqual([2, 1]);
  for (let count = 0; count < REFUSALS.tracked; count++) {
    harness.clock.advance(100);
    harness.refusal(`invented-${count}`);
  }
  expect(rows(`invented-${REFUSALS.tracked - 2}`, `invented-${REFUSALS.tracked - 1}`)).toEqual([1, 0]);
});

test('a second stream of a process replaces the first one', () => {
  const harness = SessionHarness.wired();
  const [first, second] = [harness.connect(), harness.connect()];
  expect(first.stream.error?.reason).toBe('SUPERSEDED');
  first.say({ heartbeat: {} });
  expect(harness.counters.heartbeats).toBe(0);
  harness.sessions.closed(first.session, 'late');
  expect(harness.sessions.agent('n1')?.session).toBe(second.session);
  expect(harness.agentRows()).toEqual(['connected', 'superseded', 'connected']);
});

test('an agent without messages becomes absent once after its lease, and its stream ends', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.clock.advance(LEASE_MS - 1);
  expect(harness.sessions.presence('n1')).toBe('present');
  harness.clock.advance(1);
  expect(harness.sessions.presence('n1')).toBe('absent');
  expect(agent.stream.error?.reason).toBe('LEASE_EXPIRED');
  harness.clock.advance(LEASE_MS * 5);
  expect(harness.agentRows()).toEqual(['connected', 'absent']);
  expect(agent.stream.endCount).toBe(1);
});

test('each message renews the lease', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  for (let count = 0; count < 10; count++) {
    harness.clock.advance(LEASE_MS - 1);
    agent.say(count % 2 === 0 ? { heartbeat: {} } : {});
  }
  expect(harness.sessions.presence('n1')).toBe('present');
  harness.clock.advance(LEASE_MS);
  expect(harness.sessions.presence('n1')).toBe('absent');
});

test('a node without a stream remains present until the lease expires', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  harness.sessions.closed(agent.session, 'the connection was lost');
  harness.sessions.closed(agent.session, 'the connection closed');
  harness.clock.advance(LEASE_MS - 1);
  expect(harness.sessions.presence('n1')).toBe('present');
  harness.connect();
  harness.clock.advance(1);
  expect(harness.sessions.presence('n1')).toBe('present');
  expect(harness.agentRows()).toEqual(['connected', 'disconnected', 'connected']);
});

test('no agent becomes absent during the grace period after a restart, and each is recorded as absent once', () => {
  const harness = SessionHarness.wired();
  harness.connect();
  harness.commit();
  const second = harness.restart();
  expect(second.sessions.presence('n1')).toBe('present');
  expect(second.sessions.presence('n2')).toBe('never-seen');
  second.clock.advance(GRACE_MS - 1);
  expect(second.sessions.presence('n1')).toBe('present');
  second.clock.advance(1);
  expect(second.sessions.presence('n1')).toBe('absent');
  second.commit();
  const third = second.restart();
  third.clock.advance(GRACE_MS * 3);
  expect(third.agentRows()).toEqual(['connected', 'absent']);
  expect(third.sessions.presence('n1')).toBe('absent');
});

test('an agent that reconnects within the grace period does not become absent', () => {
  const harness = SessionHarness.wired();
  harness.connect();
  harness.commit();
  const next = harness.restart();
  const agent = next.connect();
  agent.acknowledge();
  next.clock.advance(LEASE_MS - 1);
  agent.say({ heartbeat: {} });
  next.clock.advance(LEASE_MS - 1);
  expect(next.sessions.presence('n1')).toBe('present');
});

test('removing a node from the inventory ends its session without an agent row', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  harness.evaluator.nodeRemoved('n1', 'nodes.yaml');
  expect(agent.stream.error?.reason).toBe('UNKNOWN_NODE');
  expect(agent.stream.endCount).toBe(1);
  expect(harness.sessions.agent('n1')).toBeUndefined();
  harness.clock.advance(GRACE_MS * 2);
  expect(harness.agentRows()).toEqual(['connected']);
});

test('an agent of a node that is not in the inventory is refused with a retry delay', () => {
  const harness = SessionHarness.wired();
  expect(harness.refusal('n9')).toMatchObject({
    reason: 'UNKNOWN_NODE',
    retryAfterMs: 5_000,
    metadata: { node: 'n9' },
  });
  expect(harness.agentRows('n9')).toEqual(['refused']);
  harness.applyNode(facts('n9'));
  harness.connect('n9');
});

test.each([
  ['no name of a node', { node: { name: '' } }, 'hello.node.name'],
  ['a name that no node can have', { node: { name: 'a b/\u0000' } }, 'hello.node.name'],
  ['a name of a megabyte', { node: { name: 'x'.repeat(1_000_000) } }, 'hello.node.name'],
  ['no instance id', { instanceId: '' }, 'hello.instance_id'],
  ['an instance id of a kilobyte', { instanceId: 'x'.repeat(1_000) }, 'hello.instance_id'],
])('a Hello with %s is refused with the field and a short value', (_what, hello, field) => {
  const harness = SessionHarness.wired();
  const refusal = harness.refusal('n1', hello);
  expect(refusal.reason).toBe('MESSAGE_INVALID');
  expect(refusal.message).toContain(field);
  expect(refusal.message.length).toBeLessThan(600);
});

test('a Hello with an invalid node name leaves no row', () => {
  const harness = SessionHarness.wired();
  harness.refusal('n1', { node: { name: 'A'.repeat(300) } });
  expect(harness.recorder.all('agent')).toEqual([]);
});

test('an agent without a common protocol version is refused', () => {
  const harness = SessionHarness.wired();
  const refusal = harness.refusal('n1', { minProtocolVersion: 2, maxProtocolVersion: 3 });
  expect(refusal.reason).toBe('PROTOCOL_UNSUPPORTED');
  expect(refusal.message).toContain('2 to 3');
  expect(harness.refusal('n1', { minProtocolVersion: 0, maxProtocolVersion: 0 }).reason).toBe('PROTOCOL_UNSUPPORTED');
  expect(harness.connect('n1', { minProtocolVersion: 1, maxProtocolVersion: 7 }).session.identity.protocolVersion).toBe(
    1,
  );
});

test('the admission rate is limited; refused agents get a retry delay and leave no rows', () => {
  const harness = new SessionHarness({ hasInventory: false });
  for (let count = 0; count < ADMISSION.burst; count++) harness.connect(`n${count}`);
  const rows = harness.recorder.nextRevision;
  const refusal = harness.refusal('late');
  expect(refusal.reason).toBe('TOO_MANY_CONNECTS');
  expect(refusal.retryAfterMs).toBeGreaterThan(0);
  expect(harness.recorder.nextRevision).toBe(rows);
  harness.clock.advance(1_000);
  for (let count = 0; count < ADMISSION.perSecond; count++) harness.connect(`late${count}`);
  expect(harness.refusal('later').reason).toBe('TOO_MANY_CONNECTS');
});

test('agents of unknown nodes leave no state after they become absent', () => {
  const harness = new SessionHarness({ hasInventory: false });
  for (let count = 0; count < 100; count++) harness.connect(`n${count}`);
  harness.clock.advance(LEASE_MS);
  expect(harness.clock.pendingCount).toBe(0);
  for (let count = 0; count < 100; count++) expect(harness.sessions.agent(`n${count}`)).toBeUndefined();
});

test('a drain requests all agents to reconnect within the window and ends no stream', () => {
  const harness = SessionHarness.wired();
  const [one, two] = [harness.connect('n1'), harness.connect('n2')];
  expect(harness.sessions.drain(5_000, 'an operator asked')).toBe(2);
  for (const { stream } of [one, two]) {
    expect(stream.all('drain')).toMatchObject([{ reason: 'an operator asked', backoff: { jitter: { seconds: '5' } } }]);
    expect(stream.endCount).toBe(0);
  }
  expect(harness.agentRows()).toEqual(['connected', 'drained']);
});

test('a shutdown drains all agents, ends all streams with OK, admits no agents and writes no more rows', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.reportNode({ zone: 'a' });
  harness.sessions.stop();
  const rows = harness.recorder.nextRevision;
  expect(agent.stream.kinds.at(-1)).toBe('drain');
  expect(agent.stream).toMatchObject({ endCount: 1, error: null });
  expect(harness.refusal('n2')).toMatchObject({ reason: 'DRAINING', retryAfterMs: 1_000 });
  harness.sessions.closed(agent.session, 'late');
  agent.say({ heartbeat: {} });
  harness.commit();
  harness.clock.advance(GRACE_MS * 10);
  expect(harness.recorder.nextRevision).toBe(rows);
  expect(harness.clock.pendingCount).toBe(0);
});

test('a renewed lease lasts its full duration from the last message', () => {
  const harness = SessionHarness.wired();
  const agent = harness.connect();
  agent.acknowledge();
  harness.clock.advance(LEASE_MS / 2);
  agent.say({ heartbeat: {} });
  harness.clock.advance(LEASE_MS - 1);
  expect(harness.sessions.presence('n1')).toBe('present');
  harness.clock.advance(1);
  expect(harness.sessions.presence('n1')).toBe('absent');
});

test('a start time in the future does not block other agents', () => {
  const harness = SessionHarness.wired();
  const refusal = harness.refusal('n1', {
    instanceId: 'x',
    startTime: timeToWire(harness.clock.nowMs() + 30 * 3_600_000),
  });
  expect(refusal.message).toContain('hello.start_time');
});
