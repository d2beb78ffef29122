/** Who makes a call: what was proved, and of what the caller may speak. */

/** The node that an agent may speak for; `any` where nobody is asked to prove anything. */
export type AgentNode = { readonly kind: 'any' } | { readonly kind: 'node'; readonly node: string };

export interface Caller {
  readonly authenticatedBy: 'nothing' | 'certificate' | 'token';
  /** Name of the user as Kubernetes or the certificate gives it; `''` where nobody is asked. */
  readonly name: string;
  readonly groups: readonly string[];
  /** What else Kubernetes says of the user of a token, for its own reviews. */
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** Names the token in the API server's own audit log; `''` where there is none. */
  readonly credentialId: string;
  /** When the proof runs out, in milliseconds since 1970; `null`: never. */
  readonly expiresMs: number | null;
  /** `null`: this is no agent. */
  readonly agentNode: AgentNode | null;
}

/** On a plaintext port, which is on loopback only, nobody is asked to prove anything. */
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

/** The caller as rows and logs name it: the user, and the token's id where there is one. */
export function actorOf({ name, credentialId }: Pick<Caller, 'name' | 'credentialId'>): string {
  return credentialId === '' ? name : `${name} (${credentialId})`;
}
