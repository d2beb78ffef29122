/**
 * TLS and credentials of a client: the CA of the coordinator, a client certificate, and a bearer token. Files are read
 * for each connection, because they are renewed.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { callbackify } from 'node:util';
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata, status } from '@grpc/grpc-js';
import { RollcallError } from '../errors.ts';

/** The TLS data of a connection, in memory. */
export interface TlsMaterial<Token = string> {
  /** CA of the coordinator's certificate, PEM; `null`: the default CAs of Node. */
  readonly ca: Buffer | null;
  /** Required name in the coordinator's certificate; `null`: the host of the address. */
  readonly serverName: string | null;
  /** PEM; `null`: no client certificate. */
  readonly clientCertificate: { readonly chain: Buffer; readonly key: Buffer } | null;
  /** A bearer token, or a source of a token for each call; `null`: no token. */
  readonly token: Token | null;
}

/** @throws RollcallError if no valid token is available. The call fails. */
export type TokenSource = () => Promise<string>;

/** Paths of the files. Undefined paths are not used. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly serverName?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly token?: string | undefined;
}

/** Credentials and options of a gRPC client. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** Creates the credentials of a new connection. @throws RollcallError CREDENTIALS_UNUSABLE. */
export type OpenSecurity = () => ChannelSecurity;

/** The server name in handshakes with an IP address, which must not contain the address itself (RFC 6066, section 3). */
const NO_NAME = 'rollcall-coordinator';

export const PLAINTEXT: ChannelSecurity = { credentials: credentials.createInsecure(), options: {} };

/** @throws RollcallError CREDENTIALS_UNUSABLE if a file cannot be read. */
export function readTlsMaterial({ ca, serverName, clientCertificate, clientKey, token }: TlsFiles): TlsMaterial {
  const chain = readCredential(clientCertificate, 'client certificate');
  const key = readCredential(clientKey, 'key of the client certificate');
  return {
    ca: readCredential(ca, 'CA of the coordinator'),
    serverName: serverName ?? null,
    clientCertificate: chain === null || key === null ? null : { chain, key },
    token: readCredential(token, 'token')?.toString('utf8').trim() ?? null,
  };
}

/**
 * Creates the credentials of a connection to `host`, a name or an IP address.
 * @throws RollcallError CREDENTIALS_UNUSABLE if the data is not valid for TLS.
 */
export function tlsSecurity(material: TlsMaterial<string | TokenSource>, host: string): ChannelSecurity {
  const { serverName, token } = material;
  const name = serverName ?? host;
  const isAddress = isIP(name) !== 0;
  const channel = channelCredentials(material, isAddress ? name : null);
  return {
    credentials:
      token === null ? channel : channel.compose(bearer(typeof token === 'string' ? async () => token : token)),
    options: isAddress ? { 'grpc.ssl_target_name_override': NO_NAME } : { 'grpc.ssl_target_name_override': name },
  };
}

/** @throws RollcallError CREDENTIALS_UNUSABLE if the file cannot be read or is empty. */
function readCredential(path: string | undefined, what: string): Buffer | null {
  if (path === undefined) return null;
  try {
    const bytes = readFileSync(path);
    if (bytes.length > 0) return bytes;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('CREDENTIALS_UNUSABLE', `the ${what} cannot be read: ${why}`);
  }
  throw new RollcallError('CREDENTIALS_UNUSABLE', `the ${what} is empty: ${path}`);
}

/** `address`: the IP address that the certificate must contain, if there is no name. */
function channelCredentials(
  { ca, clientCertificate }: Pick<TlsMaterial, 'ca' | 'clientCertificate'>,
  address: string | null,
): ChannelCredentials {
  const { key = null, chain = null } = clientCertificate ?? {};
  const ofAddress = address === null ? {} : { checkServerIdentity: verifyAddress(address) };
  try {
    return credentials.createSsl(ca, key, chain, ofAddress);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('CREDENTIALS_UNUSABLE', `the CA, the client certificate or its key is invalid: ${why}`);
  }
}

/** Verifies the address, independent of the server name in the handshake. */
function verifyAddress(address: string): (name: string, certificate: PeerCertificate) => Error | undefined {
  return (_name, certificate) => checkServerIdentity(address, certificate);
}

/** gRPC sends the token only over TLS. */
function bearer(source: TokenSource) {
  const generate = callbackify(async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${await source().catch(asUnreachable)}`);
    return metadata;
  });
  return credentials.createFromMetadataGenerator((_parameters, callback) => generate(callback));
}

/** Makes the error retryable, as if the server were unavailable. */
function asUnreachable(error: Error): never {
  throw Object.assign(new Error(error.message), { code: status.UNAVAILABLE });
}
