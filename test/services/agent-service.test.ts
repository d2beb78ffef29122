/** The agents' stream over real gRPC, spoken to by whoever does not keep to the contract. */
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import type { RollcallError } from '../../shared/errors.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { eventually } from '../fakes/eventually.ts';
import { type RunningHouse, startHouse } from './running-house.ts';

const { Connect } = AgentService.service;

/** A stream that can also say what is no message. */
class RawAgent {
  readonly call: ClientDuplexStream<ConnectRequest | Buffer, ConnectResponse__Output>;
  readonly received: ConnectResponse__Output[] = [];
  /** How the stream ended: `null` is well, `undefined` not yet. */
  end: RollcallError | null | undefined;

  constructor({ agents }: RunningHouse) {
    const serialize = (message: ConnectRequest | Buffer) =>
      Buffer.isBuffer(message) ? message : Connect.requestSerialize(message);
    this.call = agents.makeBidiStreamRequest(Connect.path, serialize, Connect.responseDeserialize);
    this.call.on('data', (message: ConnectResponse__Output) => this.received.push(message));
    this.call.on('error', (error: ServiceError) => (this.end = fromServiceError(error, 'INTERNAL')));
    this.call.on('end', () => (this.end ??= null));
    onTestFinished(() => this.call.cancel());
  }

  hello(node = 'n1', instanceId = 'i1'): this {
    this.call.write({ hello: { node: { name: node }, instanceId, protocolVersionMin: 1, protocolVersionMax: 1 } });
    return this;
  }

  async until(kind: string): Promise<void> {
    await eventually(() => this.received.some(({ message }) => message === kind));
  }

  async ended(): Promise<RollcallError | null> {
    await eventually(() => this.end !== undefined);
    return this.end ?? null;
  }
}

function actions({ house }: RunningHouse): Promise<string[]> {
  return house.journal
    .durable(house.journal.nextRevision - 1)
    .then(() => house.journal.events({ kinds: ['agent'], limit: 100, oldestFirst: true }))
    .then((rows) => rows.map((row) => ('action' in row ? row.action : '')));
}

test('an agent is welcomed, gets its assignments, and its report is acknowledged', async () => {
  const running = await startHouse();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  agent.call.write({ nodeReport: { reportSequence: '1', facts: { node: { name: 'n1' }, labels: { zone: 'a' } } } });
  await agent.until('reportAck');
  expect(running.house.evaluator.table.facts('n1')?.labels).toEqual({ zone: 'a' });
});

test.each<[string, ConnectRequest | Buffer, string, string]>([
  ['that is empty', Buffer.alloc(0), 'HELLO_EXPECTED', 'empty'],
  ['that is not hello', { heartbeat: {} }, 'HELLO_EXPECTED', 'heartbeat'],
  ['that is no message', Buffer.from([0xff, 0xff, 0xff, 0xff]), 'MESSAGE_INVALID', 'no ConnectRequest'],
  ['that is cut off', Buffer.from([0x0a, 0x40, 0x0a]), 'MESSAGE_INVALID', 'no ConnectRequest'],
  ['of groups within groups', Buffer.alloc(1024 * 1024, 0x0b), 'MESSAGE_INVALID', 'no ConnectRequest'],
  ['of two megabytes', Buffer.alloc(2 * 1024 * 1024, 0x20), 'REPORT_TOO_LARGE', '2097152 bytes'],
  [
    'for no node',
    { hello: { instanceId: 'i', protocolVersionMin: 1, protocolVersionMax: 1 } },
    'MESSAGE_INVALID',
    'hello.node.name',
  ],
  [
    'for a node that is not on the roll',
    { hello: { node: { name: 'n9' }, instanceId: 'i', protocolVersionMin: 1, protocolVersionMax: 1 } },
    'UNKNOWN_NODE',
    'n9',
  ],
])('a first message %s is answered with its reason', async (_what, message, reason, text) => {
  const running = await startHouse();
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
])('%s ends a session with its reason, and is journalled as the end of it, once', async (_what, message, reason) => {
  const running = await startHouse();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  agent.call.write(message);
  expect((await agent.ended())?.reason).toBe(reason);
  expect(await actions(running)).toEqual(['connected', 'disconnected']);
  expect(running.house.sessions.agent('n1')?.session).toBeNull();
});

test('who says nothing is sent away after five seconds', async () => {
  const running = await startHouse();
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

test('an agent that ends, or cancels, its stream leaves its node present, and one row', async () => {
  for (const leave of ['end', 'cancel'] as const) {
    const running = await startHouse();
    const agent = new RawAgent(running).hello();
    await agent.until('assignmentUpdate');
    agent.call[leave]();
    await eventually(() => running.house.sessions.agent('n1')?.session === null);
    expect(await actions(running)).toEqual(['connected', 'disconnected']);
    expect(running.house.sessions.presence('n1')).toBe('present');
  }
});

test('of two streams of one node the older is told why it ends', async () => {
  const running = await startHouse();
  const first = new RawAgent(running).hello();
  await first.until('welcome');
  const second = new RawAgent(running).hello();
  await second.until('assignmentUpdate');
  const end = await first.ended();
  expect(end).toMatchObject({ reason: 'SUPERSEDED', retryAfterMs: 40_000 });
  expect(await actions(running)).toEqual(['connected', 'superseded', 'connected']);
});

test('a stop asks agents to come back and ends their streams well', async () => {
  const running = await startHouse();
  const agent = new RawAgent(running).hello();
  await agent.until('assignmentUpdate');
  running.house.sessions.stop();
  expect(await agent.ended()).toBeNull();
  expect(agent.received.at(-1)?.message).toBe('drain');
});
