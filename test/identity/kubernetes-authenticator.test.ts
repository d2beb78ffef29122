/** Identity by Kubernetes where the API server is newer, slow, away, or asked by thousands at once. */
import { expect, test } from 'vitest';
import { KubernetesAuthenticator } from '../../coordinator/identity/kubernetes/kubernetes-authenticator.ts';
import { REVIEW_CACHE_MS, REVIEW_STALE_MS_MAX, REVIEW_TIMEOUT_MS, REVIEWS } from '../../coordinator/limits.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { RollcallError } from '../../shared/errors.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const AGENT = 'system:serviceaccount:rollcall:rollcall-agent';
const NODE_CLAIM = {
  'authentication.kubernetes.io/node-name': ['n1'],
  'authentication.kubernetes.io/credential-id': ['JTI=7'],
};

/** An API server whose every answer the test decides. */
class Reviewer {
  readonly clock = new FakeClock();
  asked = 0;
  isAway = false;
  audiences: string[] = ['rollcall'];
  extra: Record<string, string[]> = NODE_CLAIM;
  /** Holds every answer back until it is called. */
  release: (() => void)[] | null = null;
  readonly identities = new KubernetesAuthenticator({
    client: { create: () => this.#review(), get: () => Promise.reject(new ApiServerError('missing', 'no such pod')) },
    clock: this.clock,
    agentServiceAccount: { namespace: 'rollcall', name: 'rollcall-agent' },
  });

  async #review(): Promise<Record<string, unknown>> {
    this.asked++;
    if (this.release !== null) await new Promise<void>((resolve) => this.release?.push(resolve));
    if (this.isAway) throw new ApiServerError('unreachable', 'connection refused');
    const { audiences, extra } = this;
    return { status: { authenticated: true, audiences, user: { username: AGENT, uid: 'u', groups: ['g'], extra } } };
  }

  async refusal(token: string): Promise<RollcallError> {
    const error: unknown = await this.identities.authenticateToken(token).catch((thrown: unknown) => thrown);
    if (error instanceof RollcallError) return error;
    throw new Error('the token was accepted');
  }
}

/** Says when it ends, as every token of Kubernetes does. */
function tokenUntil(expiresMs: number): string {
  const payload = Buffer.from(JSON.stringify({ exp: expiresMs / 1000 })).toString('base64url');
  return `header.${payload}.signature`;
}

test('newer API servers name the node in the token, and its id goes into the rows', async () => {
  const { identities, clock } = new Reviewer();
  const expiresMs = clock.nowMs() + 600_000;
  expect(await identities.authenticateToken(tokenUntil(expiresMs))).toMatchObject({
    name: AGENT,
    agentNode: { kind: 'node', node: 'n1' },
    credentialId: 'JTI=7',
    expiresMs,
  });
});

test('an API server that knows no audiences accepts nothing on our behalf', async () => {
  const reviewer = new Reviewer();
  reviewer.audiences = [];
  expect(await reviewer.refusal('t')).toMatchObject({ reason: 'TOKEN_REJECTED' });
});

test('a token of a pod that is gone, or that names none, is refused', async () => {
  const reviewer = new Reviewer();
  reviewer.extra = {};
  expect((await reviewer.refusal('a')).message).toContain('not bound to a pod');
  reviewer.extra = {
    'authentication.kubernetes.io/pod-name': ['p'],
    'authentication.kubernetes.io/pod-uid': ['u'],
  };
  expect((await reviewer.refusal('b')).message).toContain('its pod p does not exist');
});

test('a token is reviewed once a minute, and not beyond its own end', async () => {
  const reviewer = new Reviewer();
  const token = tokenUntil(reviewer.clock.nowMs() + REVIEW_CACHE_MS.accepted / 2);
  await reviewer.identities.authenticateToken(token);
  await reviewer.identities.authenticateToken(token);
  expect(reviewer.asked).toBe(1);
  reviewer.clock.advance(REVIEW_CACHE_MS.accepted / 2);
  expect((await reviewer.refusal(token)).message).toContain('expired');
  expect(reviewer.asked).toBe(1);
});

test('while the API server is away known tokens count for a while, and others are asked to come back', async () => {
  const reviewer = new Reviewer();
  await reviewer.identities.authenticateToken('known');
  reviewer.isAway = true;
  reviewer.clock.advance(REVIEW_STALE_MS_MAX - 1);
  expect((await reviewer.identities.authenticateToken('known')).name).toBe(AGENT);
  const refusal = await reviewer.refusal('unknown');
  expect(refusal.reason).toBe('IDENTITY_UNKNOWN');
  expect(refusal.retryAfterMs).toBeGreaterThan(0);
  reviewer.clock.advance(1);
  expect((await reviewer.refusal('known')).reason).toBe('IDENTITY_UNKNOWN');
});

test('an API server that does not answer in time counts as away', async () => {
  const reviewer = new Reviewer();
  reviewer.release = [];
  const refusal = reviewer.refusal('t');
  await eventually(() => reviewer.release?.length === 1);
  reviewer.clock.advance(REVIEW_TIMEOUT_MS);
  expect((await refusal).reason).toBe('IDENTITY_UNKNOWN');
});

test('a crowd is reviewed in turns, each token once, and whoever is too many is told at once', async () => {
  const reviewer = new Reviewer();
  const release: (() => void)[] = [];
  reviewer.release = release;
  const callers = REVIEWS.parallel + REVIEWS.waiting;
  const answers = Array.from({ length: callers }, (_, index) => reviewer.identities.authenticateToken(`t${index}`));
  answers.push(reviewer.identities.authenticateToken('t0'));
  await eventually(() => release.length === REVIEWS.parallel);
  expect(reviewer.asked).toBe(REVIEWS.parallel);
  expect((await reviewer.refusal('one too many')).reason).toBe('IDENTITY_UNKNOWN');
  reviewer.release = null;
  for (const go of release) go();
  expect(await Promise.all(answers)).toHaveLength(callers + 1);
  expect(reviewer.asked).toBe(callers);
});
