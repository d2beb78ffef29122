/** Creates the credentials for connections to the coordinator from the settings. */
import { RollcallError } from '../../shared/errors.ts';
import { type OpenSecurity, PLAINTEXT, readTlsMaterial, tlsSecurity } from '../../shared/rpc/channel-security.ts';
import type { AgentSettings } from '../settings.ts';

/** The files are read for each connection, because tokens and certificates are renewed. */
export function openSecurity(settings: AgentSettings): OpenSecurity {
  if (settings.plaintext) return () => PLAINTEXT;
  const { coordinatorCa: ca, coordinatorName: serverName, clientCertificate, clientKey, tokenFile: token } = settings;
  return () =>
    tlsSecurity(readTlsMaterial({ ca, serverName, clientCertificate, clientKey, token }), settings.coordinator.host);
}

/** The current token in the file; `null` if there is none or if it cannot be read now. */
export function tokenReader({ tokenFile: token }: Pick<AgentSettings, 'tokenFile'>): () => string | null {
  return () => {
    try {
      return readTlsMaterial({ token }).token;
    } catch (error) {
      // The next connection reports the error. This one continues until its token expires.
      if (error instanceof RollcallError) return null;
      throw error;
    }
  };
}
