/** The agent service over real gRPC, with clients that violate the contract. */
import { expect, test } from 'vitest';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import { eventually } from '../fakes/eventually.ts';
import { type RunningCoordinator, startTestCoordinator } from '../server/running-coordinator.ts';
import { RawAgent } from './raw-agent.ts';

function actions({ coordinator }: RunningCoordinator): Promise<string[]> {
  return coordinator.journal
    .durable(coordinator.journal.nextRevision - 1)
    .then(() => coordinator.journal.events({ kinds: ['agent'], limit: 100, oldestFirst: true }))
    .then((rows) => rows.map((row) => ('action' in row ? row.action : '')));
}

test('sends Welcome and assignments and acknowledges a report', async () => {
  const running = await startTestCoordinator();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  agent.call.write({ nodeReport: { reportSequence: '1', facts: { node: { name: 'n1' }, labels: { zone: 'a' } } } });
  await agent.until('reportAck');
  expect(running.coordinator.evaluator.table.facts('n1')?.labels).toEqual({ zone: 'a' });
});

test.each<[string, ConnectRequest | Buffer, string, string]>([
  ['that is empty', Buffer.alloc(0), 'HELLO_EXPECTED', 'empty'],
  ['that is not hello', { heartbeat: {} }, 'HELLO_EXPECTED', 'heartbeat'],
  [
    'that is not a valid message',
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    'MESSAGE_INVALID',
    'not a valid ConnectRequest',
  ],
  ['that is cut off', Buffer.from([0x0a, 0x40, 0x0a]), 'MESSAGE_INVALID', 'not a valid ConnectRequest'],
  ['of groups within groups', Buffer.alloc(1024 * 1024, 0x0b), 'MESSAGE_INVALID', 'not a valid ConnectRequest'],
  ['of two megabytes', Buffer.alloc(2 * 1024 * 1024, 0x20), 'REPORT_TOO_LARGE', '2097152 bytes'],
  [
    'for no node',
    { hello: { instanceId: 'i', minProtocolVersion: 1, maxProtocolVersion: 1 } },
    'MESSAGE_INVALID',
    'hello.node.name',
  ],
  [
    'for a node that is not in the inventory',
    { hello: { node: { name: 'n9' }, instanceId: 'i', minProtocolVersion: 1, maxProtocolVersion: 1 } },
    'UNKNOWN_NODE',
    'n9',
  ],
])('refuses a first message %s with a reason', async (_what, message, reason, text) => {
  const running = await startTestCoordinator();
  const agent = new RawAgent(running);
  agent.call.write(message);
  const end = await agent.ended();
  expect(end?.reason).toBe(reason);
  expect(end?.message).toContain(text);
  expect(end?.retryAfterMs).toBe(reason === 'UNKNOWN_NODE' ? 5_000 : undefined);
  expect(agent.received).toEqual([]);
  expect(running.logged.filter((line) => line.includes('bug: '))).toEqual([]);
});

test.each<[string, ConnectRequest | Buffer, string]>([
  ['a second hello', { hello: { node: { name: 'n1' }, instanceId: 'i1' } }, 'HELLO_EXPECTED'],
  ['a message that is none', Buffer.from([0xff]), 'MESSAGE_INVALID'],
  ['an oversized report', Buffer.alloc(1024 * 1024 + 1), 'REPORT_TOO_LARGE'],
  [
    'a report of another node',
    { nodeReport: { reportSequence: '1', facts: { node: { name: 'n2' } } } },
    'NODE_IDENTITY_MISMATCH',
  ],
  ['an answer to nothing', { assignmentAck: { sequence: '99' } }, 'MESSAGE_INVALID'],
])('%s ends a session with a reason and is recorded once', async (_what, message, reason) => {
  const running = await startTestCoordinator();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  agent.call.write(message);
  expect((await agent.ended())?.reason).toBe(reason);
  expect(await actions(running)).toEqual(['connected', 'disconnected']);
  expect(running.coordinator.sessions.agent('n1')?.session).toBeNull();
});

test('closes a stream without Hello after five seconds', async () => {
  const running = await startTestCoordinator();
  const agent = new RawAgent(running);
  agent.call.write({ hello: {} });
  await agent.ended();
  const silent = new RawAgent(running);
  await eventually(
    () => silent.end !== undefined,
    () => running.clock.advance(100),
  );
  expect(silent.end?.reason).toBe('HELLO_EXPECTED');
});

test('a closed or cancelled stream leaves the node present and one row', async () => {
  for (const leave of ['end', 'cancel'] as const) {
    const running = await startTestCoordinator();
    const agent = new RawAgent(running).hello();
    await agent.until('assignmentUpdate');
    agent.call[leave]();
    await eventually(() => running.coordinator.sessions.agent('n1')?.session === null);
    expect(await actions(running)).toEqual(['connected', 'disconnected']);
    expect(running.coordinator.sessions.presence('n1')).toBe('present');
  }
});

test('ends the older of two streams of one node with a reason', async () => {
  const running = await startTestCoordinator();
  const first = new RawAgent(running).hello();
  await first.until('welcome');
  const second = new RawAgent(running).hello();
  await second.until('assignmentUpdate');
  const end = await first.ended();
  expect(end).toMatchObject({ reason: 'SUPERSEDED', retryAfterMs: 40_000 });
  expect(await actions(running)).toEqual(['connected', 'superseded', 'connected']);
});

test('a shutdown requests agents to reconnect and ends their streams with OK', async () => {
  const running = await startTestCoordinator();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  running.coordinator.sessions.stop();
  expect(await agent.ended()).toBeNull();
  expect(agent.received.at(-1)?.message).toBe('drain');
});
