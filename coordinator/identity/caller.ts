/** The authenticated caller of a call. */

/** The node that an agent may report; `any` if authentication is disabled. */
export type AgentNode = { readonly kind: 'any' } | { readonly kind: 'node'; readonly node: string };

export interface Caller {
  readonly authenticatedBy: 'nothing' | 'certificate' | 'token';
  /** User name from Kubernetes or the certificate; `''` if authentication is disabled. */
  readonly name: string;
  readonly groups: readonly string[];
  /** UID and extra fields from the TokenReview, for SubjectAccessReviews. */
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** Identifier of the token in the audit log of the API server; `''` if there is none. */
  readonly credentialId: string;
  /** Expiration of the credentials, in milliseconds since 1970; `null`: never. */
  readonly expiresMs: number | null;
  /** `null` if the caller is not an agent. */
  readonly agentNode: AgentNode | null;
}

/** The caller on a plaintext port, which listens on a loopback address only. */
export const ANONYMOUS: Caller = {
  authenticatedBy: 'nothing',
  name: '',
  groups: [],
  uid: '',
  extra: {},
  credentialId: '',
  expiresMs: null,
  agentNode: { kind: 'any' },
};

/** The user name, with the token's identifier if there is one. */
export function actorOf({ name, credentialId }: Pick<Caller, 'name' | 'credentialId'>): string {
  return credentialId === '' ? name : `${name} (${credentialId})`;
}
