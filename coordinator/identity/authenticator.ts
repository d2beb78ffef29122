/** The ways in which callers prove who they are, and what each way lets them do. */
import { RollcallError } from '../../shared/errors.ts';
import type { ConnectionCredentials } from '../tls/listener.ts';
import { ANONYMOUS, type Caller } from './caller.ts';
import { callerOfCertificate, certificateHasRight } from './certificate-identity.ts';
import type { Right } from './rights.ts';

/** What a call brings along. */
export interface Credentials {
  /** A bearer token; `null`: none was sent. */
  readonly token: string | null;
  readonly connection: ConnectionCredentials;
}

export interface Authenticator {
  /** Who calls. @throws RollcallError where that is not proved, or cannot be found out now. */
  authenticate(proof: Credentials): Promise<Caller>;
  /** Whether the caller has one of the rights that people are given. @throws RollcallError IDENTITY_UNKNOWN. */
  hasRight(caller: Caller, right: Exclude<Right, 'connect'>): Promise<boolean>;
}

/** Tokens as somebody vouches for them: Kubernetes, or a test. */
export interface TokenAuthenticator {
  authenticateToken(token: string): Promise<Caller>;
  hasRight(caller: Caller, right: Exclude<Right, 'connect'>): Promise<boolean>;
}

/** Nobody is asked: for a plaintext port on loopback. */
export const NO_AUTHENTICATION: Authenticator = {
  authenticate: () => Promise.resolve(ANONYMOUS),
  hasRight: () => Promise.resolve(true),
};

/** A token counts before a certificate, because it says more: whoever sends one means it. */
export function createAuthenticator(tokens: TokenAuthenticator | null): Authenticator {
  return {
    async authenticate({ token, connection }) {
      if (token === null) return callerOfCertificate(connection);
      if (tokens !== null) return tokens.authenticateToken(token);
      const said = 'this coordinator takes no tokens: it has no API server to ask';
      throw new RollcallError('TOKEN_REJECTED', said);
    },
    hasRight(caller, right) {
      if (tokens !== null && caller.authenticatedBy === 'token') return tokens.hasRight(caller, right);
      return Promise.resolve(certificateHasRight(caller, right));
    },
  };
}
