/**
 * How a client reaches a coordinator and proves who it is: TLS with the coordinator's CA, a client
 * certificate, a bearer token. Files are read anew for every connection, because others renew them.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { callbackify } from 'node:util';
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata, status } from '@grpc/grpc-js';
import { RollcallError } from '../errors.ts';

/** What a connection over TLS is made with; everything is in memory. */
export interface TlsMaterial<Token = string> {
  /** Who signs the coordinator's certificate, PEM; `null`: the CAs that Node knows. */
  readonly ca: Buffer | null;
  /** The name that the coordinator's certificate must hold; `null`: the one in the address. */
  readonly serverName: string | null;
  /** PEM; `null`: none is presented. */
  readonly clientCertificate: { readonly chain: Buffer; readonly key: Buffer } | null;
  /** A bearer token, or where one comes from for each call; `null`: none is sent. */
  readonly token: Token | null;
}

/** @throws RollcallError where there is no token that is still good, and none to be had; the call fails then. */
export type TokenSource = () => Promise<string>;

/** Where the material comes from, as a user names it; what is not named is not used. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly serverName?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly token?: string | undefined;
}

/** What a gRPC client is made with. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** Gives each new connection its own security. @throws RollcallError CREDENTIALS_UNUSABLE. */
export type OpenSecurity = () => ChannelSecurity;

/** An IP address may not be announced in a handshake (RFC 6066, section 3), and gRPC announces what it has. */
const NO_NAME = 'rollcall-coordinator';

export const PLAINTEXT: ChannelSecurity = { credentials: credentials.createInsecure(), options: {} };

/** @throws RollcallError CREDENTIALS_UNUSABLE where a file cannot be read. */
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
 * For a connection to `host`, a name or an IP address.
 * @throws RollcallError CREDENTIALS_UNUSABLE where TLS cannot be spoken with it.
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

/** What stands in the file. @throws RollcallError CREDENTIALS_UNUSABLE. */
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

/** `address`: the IP address that the certificate must hold, where no name is known. */
function channelCredentials(
  { ca, clientCertificate }: Pick<TlsMaterial, 'ca' | 'clientCertificate'>,
  address: string | null,
): ChannelCredentials {
  const { key = null, chain = null } = clientCertificate ?? {};
  const ofAddress = address === null ? {} : { checkServerIdentity: holds(address) };
  try {
    return credentials.createSsl(ca, key, chain, ofAddress);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('CREDENTIALS_UNUSABLE', `the CA, client certificate or its key cannot be used: ${why}`);
  }
}

/** A check that looks for the address, whatever name was announced. */
function holds(address: string): (name: string, certificate: PeerCertificate) => Error | undefined {
  return (_name, certificate) => checkServerIdentity(address, certificate);
}

/** gRPC sends it over TLS only. */
function bearer(source: TokenSource) {
  const generate = callbackify(async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${await source().catch(asUnreachable)}`);
    return metadata;
  });
  return credentials.createFromMetadataGenerator((_parameters, callback) => generate(callback));
}

/** As where nobody answers: both are worth another try. */
function asUnreachable(error: Error): never {
  throw Object.assign(new Error(error.message), { code: status.UNAVAILABLE });
}
