/**
 * Identity by Kubernetes: the API server says whose a token is, where the pod runs that it is bound to,
 * and which rights its user has. An agent's node comes from the token alone, never from what it says.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { RollcallError } from '../../../shared/errors.ts';
import { REJECTED_RETRY_MS, TOKEN_LIFETIME_DEFAULT_MS } from '../../limits.ts';
import type { TokenAuthenticator } from '../authenticator.ts';
import type { AgentNode, Caller } from '../caller.ts';
import { RESOURCES_BY_RIGHT, type Right } from '../rights.ts';
import { ReviewCache } from './review-cache.ts';
import { nodeOfPod, type ReviewClient, type ReviewedUser, reviewAccess, reviewToken } from './reviews.ts';

/** What Kubernetes says of the user of a bound token (KEP-4193); the node since 1.30, the pod since 1.21 and before. */
const EXTRA = {
  node: 'authentication.kubernetes.io/node-name',
  pod: 'authentication.kubernetes.io/pod-name',
  podUid: 'authentication.kubernetes.io/pod-uid',
  credentialId: 'authentication.kubernetes.io/credential-id',
} as const;

/** What a token must be meant for, so that it is of no use anywhere else. */
const TOKEN_AUDIENCE = 'rollcall';

export interface KubernetesAuthenticatorOptions {
  readonly client: ReviewClient;
  readonly clock: Clock;
  readonly agentServiceAccount: ServiceAccountRef;
}

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

type TokenAnswer =
  | { readonly accepted: true; readonly caller: Caller }
  | { readonly accepted: false; readonly why: string };

type AccessAnswer = { readonly accepted: boolean };

export class KubernetesAuthenticator implements TokenAuthenticator {
  readonly #options: KubernetesAuthenticatorOptions;
  readonly #tokens: ReviewCache<TokenAnswer>;
  readonly #rights: ReviewCache<AccessAnswer>;

  constructor(options: KubernetesAuthenticatorOptions) {
    this.#options = options;
    this.#tokens = new ReviewCache(options.clock);
    this.#rights = new ReviewCache(options.clock);
  }

  async authenticateToken(token: string): Promise<Caller> {
    if (token === '') throw rejected('it is no bearer token');
    // Only its digest stays in memory.
    const answer = await this.#tokens.get(digestOf(token), () => this.#review(token));
    if (!answer.accepted) throw rejected(answer.why);
    const { caller } = answer;
    if (caller.expiresMs !== null && caller.expiresMs <= this.#options.clock.nowMs()) throw rejected('it has expired');
    return caller;
  }

  async hasRight({ name, uid, groups, extra }: Caller, right: Exclude<Right, 'connect'>): Promise<boolean> {
    const user = { username: name, uid, groups, extra };
    const { accepted } = await this.#rights.get(digestOf(JSON.stringify([right, user])), async () => ({
      accepted: await reviewAccess(this.#options.client, user, RESOURCES_BY_RIGHT[right]),
    }));
    return accepted;
  }

  async #review(token: string): Promise<TokenAnswer> {
    const { client, clock } = this.#options;
    const { user, audiences, problem } = await reviewToken(client, token, TOKEN_AUDIENCE);
    if (user === null) return { accepted: false, why: problem === '' ? 'the API server does not know it' : problem };
    // An API server that knows no audiences would accept tokens that are meant for others.
    if (!audiences.includes(TOKEN_AUDIENCE))
      return { accepted: false, why: `it is not meant for the audience ${TOKEN_AUDIENCE}` };
    const speaksFor = await this.#speaksFor(user);
    if (typeof speaksFor === 'string') return { accepted: false, why: speaksFor };
    const caller: Caller = {
      authenticatedBy: 'token',
      name: user.username,
      uid: user.uid,
      groups: user.groups,
      extra: user.extra,
      credentialId: user.extra[EXTRA.credentialId]?.[0] ?? '',
      expiresMs: expiryOf(token) ?? clock.nowMs() + TOKEN_LIFETIME_DEFAULT_MS,
      agentNode: speaksFor,
    };
    return { accepted: true, caller };
  }

  /** The node of an agent, `null` for anybody else, or in words why an agent has none. */
  async #speaksFor({ username, extra }: ReviewedUser): Promise<AgentNode | null | string> {
    const { namespace, name } = this.#options.agentServiceAccount;
    if (username !== `system:serviceaccount:${namespace}:${name}`) return null;
    const [claimed] = extra[EXTRA.node] ?? [];
    if (claimed !== undefined) return { kind: 'node', node: claimed };
    const [pod] = extra[EXTRA.pod] ?? [];
    const [uid] = extra[EXTRA.podUid] ?? [];
    if (pod === undefined || uid === undefined)
      return 'it is bound to no pod, so it names no node; mount a projected token';
    const node = await nodeOfPod(this.#options.client, { namespace, name: pod, uid });
    return node === null ? `its pod ${pod} is gone, or runs on no node` : { kind: 'node', node };
  }
}

function rejected(why: string): RollcallError {
  return new RollcallError('TOKEN_REJECTED', `the token is not accepted: ${why}`, { retryAfterMs: REJECTED_RETRY_MS });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** When a token that was found good says that it ends, in milliseconds since 1970; undefined where it is no JWT. */
function expiryOf(token: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { exp } = payload as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
