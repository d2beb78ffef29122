/** Kubernetes authentication with new, slow, unavailable and overloaded API servers. */
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

/** An API server with scripted responses. */
class Reviewer {
  readonly clock = new FakeClock();
  asked = 0;
  isAway = false;
  audiences: string[] = ['rollcall'];
  extra: Record<string, string[]> = NODE_CLAIM;
  /** Delays all responses until it is called. */
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

/** A token with an expiration time, like every Kubernetes token. */
function tokenUntil(expiresMs: number): string {
  const payload = Buffer.from(JSON.stringify({ exp: expiresMs / 1000 })).toString('base64url');
  return `header.${payload}.signature`;
}

test('uses the node claim and the credential id of newer API servers', async () => {
  const { identities, clock } = new Reviewer();
  const expiresMs = clock.nowMs() + 600_000;
  expect(await identities.authenticateToken(tokenUntil(expiresMs))).toMatchObject({
    name: AGENT,
    agentNode: { kind: 'node', node: 'n1' },
    credentialId: 'JTI=7',
    expiresMs,
  });
});

test('rejects tokens if the API server does not support audiences', async () => {
  const reviewer = new Reviewer();
  reviewer.audiences = [];
  expect(await reviewer.refusal('t')).toMatchObject({ reason: 'TOKEN_REJECTED' });
});

test('rejects a token without a pod or of a deleted pod', async () => {
  const reviewer = new Reviewer();
  reviewer.extra = {};
  expect((await reviewer.refusal('a')).message).toContain('not bound to a pod');
  reviewer.extra = {
    'authentication.kubernetes.io/pod-name': ['p'],
    'authentication.kubernetes.io/pod-uid': ['u'],
  };
  expect((await reviewer.refusal('b')).message).toContain('its pod p does not exist');
});

test('reviews a token once per minute and rejects it after its expiration', async () => {
  const reviewer = new Reviewer();
  const token = tokenUntil(reviewer.clock.nowMs() + REVIEW_CACHE_MS.accepted / 2);
  await reviewer.identities.authenticateToken(token);
  await reviewer.identities.authenticateToken(token);
  expect(reviewer.asked).toBe(1);
  reviewer.clock.advance(REVIEW_CACHE_MS.accepted / 2);
  expect((await reviewer.refusal(token)).message).toContain('expired');
  expect(reviewer.asked).toBe(1);
});

test('accepts cached tokens for a limited time while the API server is unavailable', async () => {
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

test('treats an API server that does not respond in time as unavailable', async () => {
  const reviewer = new Reviewer();
  reviewer.release = [];
  const refusal = reviewer.refusal('t');
  await eventually(() => reviewer.release?.length === 1);
  reviewer.clock.advance(REVIEW_TIMEOUT_MS);
  expect((await refusal).reason).toBe('IDENTITY_UNKNOWN');
});

test('limits concurrent reviews, reviews each token once, and refuses excess callers immediately', async () => {
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
