/** Requests to the API server about callers: TokenReview, SubjectAccessReview, and the pod of a bound token. */
import { ApiServerError } from '../../../shared/api-server/api-server-error.ts';
import { isObject } from '../../../shared/kubernetes/unvalidated-fields.ts';
import type { ResourceAttributes } from '../rights.ts';

/** The required part of an API server client. */
export interface ReviewClient {
  create(path: string, object: object): Promise<Record<string, unknown>>;
  get(path: string): Promise<Record<string, unknown>>;
}

export interface ReviewedUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** `user` is `null` if the token is rejected; `problem` is then the reason from the API server. */
export interface TokenReview {
  readonly user: ReviewedUser | null;
  /** The requested audiences that the token has. */
  readonly audiences: readonly string[];
  readonly problem: string;
}

/** @throws ApiServerError */
export async function reviewToken(client: ReviewClient, token: string, audience: string): Promise<TokenReview> {
  const { status } = await client.create('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [audience] },
  });
  const { authenticated, audiences, user, error } = objectAt(status);
  return {
    user: authenticated === true ? userOf(objectAt(user)) : null,
    audiences: textsAt(audiences),
    problem: typeof error === 'string' ? error.replaceAll(token, '…') : '',
  };
}

/** @throws ApiServerError */
export async function reviewAccess(
  client: ReviewClient,
  { username, uid, groups, extra }: ReviewedUser,
  resourceAttributes: ResourceAttributes,
): Promise<boolean> {
  const { status } = await client.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: username, uid, groups, extra, resourceAttributes },
  });
  return objectAt(status)['allowed'] === true;
}

/** The node of the pod; `null` if the pod does not exist, has another UID, or is not scheduled. @throws ApiServerError */
export async function nodeOfPod(
  client: ReviewClient,
  { namespace, name, uid }: { namespace: string; name: string; uid: string },
): Promise<string | null> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const { metadata, spec } = await client.get(path);
    if (objectAt(metadata)['uid'] !== uid) return null;
    return textAt(objectAt(spec)['nodeName']) || null;
  } catch (error) {
    if (error instanceof ApiServerError && error.failure === 'missing') return null;
    throw error;
  }
}

function userOf(user: Record<string, unknown>): ReviewedUser {
  const extra = Object.entries(objectAt(user['extra'])).map(([key, values]) => [key, textsAt(values)] as const);
  return {
    username: textAt(user['username']),
    uid: textAt(user['uid']),
    groups: textsAt(user['groups']),
    extra: Object.fromEntries(extra),
  };
}

function objectAt(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function textAt(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsAt(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
