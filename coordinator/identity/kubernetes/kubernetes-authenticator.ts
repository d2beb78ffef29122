/**
 * Authenticates tokens with the API server and checks rights with SubjectAccessReviews. The node of an agent comes from
 * the token or its pod, never from the agent's messages.
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

/** Extra fields of a bound token (KEP-4193). Kubernetes sets the node since 1.30 and the pod since 1.21. */
const EXTRA = {
  node: 'authentication.kubernetes.io/node-name',
  pod: 'authentication.kubernetes.io/pod-name',
  podUid: 'authentication.kubernetes.io/pod-uid',
  credentialId: 'authentication.kubernetes.io/credential-id',
} as const;

/** The audience of tokens for the coordinator, so that they are useless for other services. */
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
    if (token === '') throw rejected('it is not a bearer token');
    // Only the digest of the token is cached.
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
    if (user === null)
      return { accepted: false, why: problem === '' ? 'the API server does not recognize it' : problem };
    // An API server without audience support accepts tokens for other audiences.
    if (!audiences.includes(TOKEN_AUDIENCE)) return { accepted: false, why: `its audience is not ${TOKEN_AUDIENCE}` };
    const agentNode = await this.#agentNodeOf(user);
    if (typeof agentNode === 'string') return { accepted: false, why: agentNode };
    const caller: Caller = {
      authenticatedBy: 'token',
      name: user.username,
      uid: user.uid,
      groups: user.groups,
      extra: user.extra,
      credentialId: user.extra[EXTRA.credentialId]?.[0] ?? '',
      expiresMs: expiryOf(token) ?? clock.nowMs() + TOKEN_LIFETIME_DEFAULT_MS,
      agentNode,
    };
    return { accepted: true, caller };
  }

  /** The node of an agent, `null` for other users, or the reason for which an agent has no node. */
  async #agentNodeOf({ username, extra }: ReviewedUser): Promise<AgentNode | null | string> {
    const { namespace, name } = this.#options.agentServiceAccount;
    if (username !== `system:serviceaccount:${namespace}:${name}`) return null;
    const [claimed] = extra[EXTRA.node] ?? [];
    if (claimed !== undefined) return { kind: 'node', node: claimed };
    const [pod] = extra[EXTRA.pod] ?? [];
    const [uid] = extra[EXTRA.podUid] ?? [];
    if (pod === undefined || uid === undefined)
      return 'it is not bound to a pod and therefore identifies no node; mount a projected token';
    const node = await nodeOfPod(this.#options.client, { namespace, name: pod, uid });
    return node === null ? `its pod ${pod} does not exist or is not scheduled to a node` : { kind: 'node', node };
  }
}

function rejected(why: string): RollcallError {
  return new RollcallError('TOKEN_REJECTED', `the token is rejected: ${why}`, { retryAfterMs: REJECTED_RETRY_MS });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The expiration of an accepted token, in milliseconds since 1970; undefined if the token is not a JWT. */
function expiryOf(token: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { exp } = payload as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
