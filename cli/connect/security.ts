/** Reads TLS settings and credentials from the options of the command line. */
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

/** The global options for TLS and credentials. */
export interface SecurityOptions {
  readonly coordinatorCa?: string;
  readonly coordinatorName?: string;
  readonly tokenFile?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/** Reads the files that the options specify. @throws UsageError, and RollcallError CREDENTIALS_UNUSABLE. */
export function readMaterial(options: SecurityOptions): TlsMaterial<TokenSource> {
  const { coordinatorCa: ca, coordinatorName: serverName, tokenFile: token, clientCertificate, clientKey } = options;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    throw new UsageError('--client-certificate and --client-key must be used together; specify both or neither');
  }
  const material = readTlsMaterial({ ca, serverName, token, clientCertificate, clientKey });
  return { ...material, token: material.token === null ? null : newestOf(token, material.token) };
}

/** Reads the file again for each call, because it may be renewed during a watch. Keeps the last token if that fails. */
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
 * Uses plaintext only for this machine, and only if no option requests TLS, so that credentials are never sent
 * unencrypted.
 * @throws UsageError, and RollcallError CREDENTIALS_UNUSABLE.
 */
export function securityOf(server: string, options: SecurityOptions): ChannelSecurity {
  const material = readMaterial(options);
  const address = parseAddress(server);
  const asksForTls = Object.values(material).some((value) => value !== null);
  if (address !== undefined && isLoopback(address) && !asksForTls) return PLAINTEXT;
  return tlsSecurity(material, address?.host ?? server);
}
