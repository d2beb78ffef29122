/** How the agent's settings say that the coordinator is reached. */
import { type OpenSecurity, PLAINTEXT, readTlsMaterial, tlsSecurity } from '../../shared/rpc/channel-security.ts';
import type { AgentSettings } from '../settings.ts';

/** Each connection reads the files anew: the kubelet renews the token, others the certificates. */
export function openSecurity(settings: AgentSettings): OpenSecurity {
  if (settings.plaintext) return () => PLAINTEXT;
  const { coordinatorCa: ca, coordinatorName: serverName, clientCertificate, clientKey, tokenFile: token } = settings;
  return () =>
    tlsSecurity(readTlsMaterial({ ca, serverName, clientCertificate, clientKey, token }), settings.coordinator.host);
}
