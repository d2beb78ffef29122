/** The ways in which callers prove who they are, and what each way lets them do. */
import { RollcallError } from '../../shared/errors.ts';
import type { ConnectionProof } from '../tls/listener.ts';
import { ANYBODY, type Caller } from './caller.ts';
import { callerOfCertificate, certificateHasRight } from './certificate-identity.ts';
import type { Right } from './rights.ts';

/** What a call brings along. */
export interface Proof {
  /** A bearer token; `null`: none was sent. */
  readonly token: string | null;
  readonly connection: ConnectionProof;
}

export interface Identities {
  /** Who calls. @throws RollcallError where that is not proved, or cannot be found out now. */
  callerOf(proof: Proof): Promise<Caller>;
  /** Whether the caller has one of the rights that people are given. @throws RollcallError IDENTITY_UNKNOWN. */
  hasRight(caller: Caller, right: Exclude<Right, 'answer'>): Promise<boolean>;
}

/** Tokens as somebody vouches for them: Kubernetes, or a test. */
export interface TokenIdentities {
  callerOfToken(token: string): Promise<Caller>;
  hasRight(caller: Caller, right: Exclude<Right, 'answer'>): Promise<boolean>;
}

/** Nobody is asked: for a plaintext port on loopback. */
export const NOBODY_ASKED: Identities = {
  callerOf: () => Promise.resolve(ANYBODY),
  hasRight: () => Promise.resolve(true),
};

/** A token counts before a certificate, because it says more: whoever sends one means it. */
export function provedIdentities(tokens: TokenIdentities | null): Identities {
  return {
    async callerOf({ token, connection }) {
      if (token === null) return callerOfCertificate(connection);
      if (tokens !== null) return tokens.callerOfToken(token);
      const said = 'this coordinator takes no tokens: it has no API server to ask';
      throw new RollcallError('TOKEN_REJECTED', said);
    },
    hasRight(caller, right) {
      if (tokens !== null && caller.provedBy === 'token') return tokens.hasRight(caller, right);
      return Promise.resolve(certificateHasRight(caller, right));
    },
  };
}
