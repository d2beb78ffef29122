/** How the agent's settings say that the coordinator is reached. */
import { RollcallError } from '../../shared/errors.ts';
import { type OpenSecurity, PLAINTEXT, readTlsMaterial, tlsSecurity } from '../../shared/rpc/channel-security.ts';
import type { AgentSettings } from '../settings.ts';

/** Each connection reads the files anew: the kubelet renews the token, others the certificates. */
export function openSecurity(settings: AgentSettings): OpenSecurity {
  if (settings.plaintext) return () => PLAINTEXT;
  const { coordinatorCa: ca, coordinatorName: serverName, clientCertificate, clientKey, tokenFile: token } = settings;
  return () =>
    tlsSecurity(readTlsMaterial({ ca, serverName, clientCertificate, clientKey, token }), settings.coordinator.host);
}

/** The token as its file holds it now; `null` where there is none, or it cannot be read at the moment. */
export function tokenReader({ tokenFile: token }: Pick<AgentSettings, 'tokenFile'>): () => string | null {
  return () => {
    try {
      return readTlsMaterial({ token }).token;
    } catch (error) {
      // The next connection says so; this one may go on for as long as its old token does.
      if (error instanceof RollcallError) return null;
      throw error;
    }
  };
}
