/** The stream of an agent whose credentials expire. */
import { Metadata } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import type { Authenticator } from '../../coordinator/identity/authenticator.ts';
import type { Caller } from '../../coordinator/identity/caller.ts';
import { CREDENTIAL_GRACE_MS } from '../../coordinator/limits.ts';
import { RollcallError } from '../../shared/errors.ts';
import { RawAgent } from '../agents/raw-agent.ts';
import { eventually } from '../fakes/eventually.ts';
import { type RunningCoordinator, startTestCoordinator } from './running-coordinator.ts';

const LIFE_MS = 600_000;
const START_MS = Date.parse('2026-03-14T15:09:26Z');

function agentOf(node: string, expiresMs: number): Caller {
  const user = { name: 'agent', groups: [], uid: '', extra: {}, credentialId: 'JTI=7' };
  return { authenticatedBy: 'token', ...user, expiresMs, agentNode: { kind: 'node', node } };
}

/** Tokens, and the callers that they authenticate. */
const TOKENS: Readonly<Record<string, Caller>> = {
  old: agentOf('n1', START_MS + LIFE_MS),
  fresh: agentOf('n1', START_MS + 3 * LIFE_MS),
  'of-another-node': agentOf('n2', START_MS + 3 * LIFE_MS),
};

const identities: Authenticator = {
  async authenticate({ token }) {
    if (token === 'away') throw new RollcallError('IDENTITY_UNKNOWN', 'the API server is unavailable');
    const caller = TOKENS[token ?? ''];
    if (caller === undefined) throw new RollcallError('TOKEN_REJECTED', 'no such token');
    return caller;
  },
  hasRight: async () => false,
};

async function connected(): Promise<{ running: RunningCoordinator; agent: RawAgent }> {
  const running = await startTestCoordinator({ identities });
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer old');
  const agent = new RawAgent(running, metadata).hello();
  await agent.until('assignmentUpdate');
  const { sequence, revision } =
    agent.received.find(({ assignmentUpdate }) => assignmentUpdate)?.assignmentUpdate ?? {};
  agent.call.write({ assignmentAck: { sequence, appliedRevision: revision } });
  return { running, agent };
}

/** Advances the clock while the agent sends heartbeats. */
async function pass({ running, agent }: { running: RunningCoordinator; agent: RawAgent }, ms: number): Promise<void> {
  const { clock, coordinator } = running;
  for (let passed = 0; passed < ms && agent.end === undefined; passed += 10_000) {
    const before = coordinator.counters.heartbeats;
    agent.call.write({ heartbeat: {} });
    await eventually(() => coordinator.counters.heartbeats > before || agent.end !== undefined);
    clock.advance(10_000);
  }
}

test('a stream ends shortly after its token expires, with an error that lets the agent reconnect', async () => {
  const connection = await connected();
  await pass(connection, LIFE_MS);
  expect(connection.agent.end).toBeUndefined();
  await pass(connection, CREDENTIAL_GRACE_MS);
  const end = await connection.agent.ended();
  expect(end?.reason).toBe('CREDENTIALS_EXPIRED');
  expect(end?.retryAfterMs).toBeLessThan(1_000);
});

test('a stream whose agent renews its token stays open', async () => {
  const connection = await connected();
  connection.agent.call.write({ renewal: { token: 'fresh' } });
  await pass(connection, 2 * LIFE_MS);
  expect(connection.agent.end).toBeUndefined();
  expect(connection.running.coordinator.sessions.isPresent('n1')).toBe(true);
});

test('a stream stays open while the new token cannot be reviewed', async () => {
  const connection = await connected();
  connection.agent.call.write({ renewal: { token: 'away' } });
  await pass(connection, LIFE_MS);
  expect(connection.agent.end).toBeUndefined();
});

test.each([
  ['of-another-node', 'NODE_IDENTITY_MISMATCH'],
  ['unknown', 'TOKEN_REJECTED'],
])('a renewal with the token %s ends the stream, and is recorded', async (token, reason) => {
  const { running, agent } = await connected();
  agent.call.write({ renewal: { token } });
  expect((await agent.ended())?.reason).toBe(reason);
  const { journal } = running.coordinator;
  await journal.durable(journal.nextRevision - 1);
  expect(await journal.events({ kinds: ['access'], limit: 9 })).toMatchObject([
    { reason, method: 'AgentService/Connect' },
  ]);
});

test('the event of an agent that connected contains the token ID, as the audit log of the API server does', async () => {
  const { running } = await connected();
  const { journal } = running.coordinator;
  await journal.durable(journal.nextRevision - 1);
  expect(await journal.events({ kinds: ['agent'], limit: 9 })).toMatchObject([
    { action: 'connected', detail: 'token JTI=7' },
  ]);
});
