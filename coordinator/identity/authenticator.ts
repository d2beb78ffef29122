/** Authenticates callers by token or client certificate and checks their rights. */
import { RollcallError } from '../../shared/errors.ts';
import type { ConnectionCredentials } from '../tls/listener.ts';
import { ANONYMOUS, type Caller } from './caller.ts';
import { callerOfCertificate, certificateHasRight } from './certificate-identity.ts';
import type { Right } from './rights.ts';

/** The credentials of a call. */
export interface Credentials {
  /** A bearer token; `null` if none was sent. */
  readonly token: string | null;
  readonly connection: ConnectionCredentials;
}

export interface Authenticator {
  /** @throws RollcallError if the credentials are missing, rejected, or cannot be verified now. */
  authenticate(proof: Credentials): Promise<Caller>;
  /** Whether the caller has the right. @throws RollcallError IDENTITY_UNKNOWN if this cannot be determined now. */
  hasRight(caller: Caller, right: Exclude<Right, 'connect'>): Promise<boolean>;
}

/** Authenticates tokens. Implemented with Kubernetes and in tests. */
export interface TokenAuthenticator {
  authenticateToken(token: string): Promise<Caller>;
  hasRight(caller: Caller, right: Exclude<Right, 'connect'>): Promise<boolean>;
}

/** Accepts every caller. For a plaintext port on a loopback address. */
export const NO_AUTHENTICATION: Authenticator = {
  authenticate: () => Promise.resolve(ANONYMOUS),
  hasRight: () => Promise.resolve(true),
};

/** A token takes precedence over a client certificate. */
export function createAuthenticator(tokens: TokenAuthenticator | null): Authenticator {
  return {
    async authenticate({ token, connection }) {
      if (token === null) return callerOfCertificate(connection);
      if (tokens !== null) return tokens.authenticateToken(token);
      const said = 'this coordinator accepts no tokens because it has no API server; use a client certificate';
      throw new RollcallError('TOKEN_REJECTED', said);
    },
    hasRight(caller, right) {
      if (tokens !== null && caller.authenticatedBy === 'token') return tokens.hasRight(caller, right);
      return Promise.resolve(certificateHasRight(caller, right));
    },
  };
}
