/** How the command line's options say that the coordinator is reached, and who asks. */
import {
  type ChannelSecurity,
  PLAINTEXT,
  readTlsMaterial,
  type TlsMaterial,
  type TokenSource,
  tlsSecurity,
} from '../../shared/rpc/channel-security.ts';
import { isLoopback, parseAddress } from '../../shared/settings/address.ts';
import { UsageError } from '../usage-error.ts';

/** What of the global options is about that. */
export interface SecurityOptions {
  readonly coordinatorCa?: string;
  readonly coordinatorName?: string;
  readonly tokenFile?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/** What the options name. @throws UsageError, and RollcallError CREDENTIALS_UNUSABLE. */
export function readMaterial(options: SecurityOptions): TlsMaterial<TokenSource> {
  const { coordinatorCa: ca, coordinatorName: serverName, tokenFile: token, clientCertificate, clientKey } = options;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    throw new UsageError('--client-certificate and --client-key belong together; give both or neither');
  }
  const material = readTlsMaterial({ ca, serverName, token, clientCertificate, clientKey });
  return { ...material, token: material.token === null ? null : newestOf(token, material.token) };
}

/** Others renew the file while somebody watches; where it cannot be read, what was read last counts. */
function newestOf(file: string | undefined, read: string): TokenSource {
  let newest = read;
  return async () => {
    try {
      newest = readTlsMaterial({ token: file }).token ?? newest;
    } catch {
      return newest;
    }
    return newest;
  };
}

/**
 * Plaintext only to this machine, and only where nothing says otherwise: what a user proves itself with
 * never goes over an open line.
 * @throws UsageError, and RollcallError CREDENTIALS_UNUSABLE.
 */
export function securityOf(server: string, options: SecurityOptions): ChannelSecurity {
  const material = readMaterial(options);
  const address = parseAddress(server);
  const asksForTls = Object.values(material).some((value) => value !== null);
  if (address !== undefined && isLoopback(address) && !asksForTls) return PLAINTEXT;
  return tlsSecurity(material, address?.host ?? server);
}
