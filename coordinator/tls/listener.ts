/**
 * The port that agents and the CLI connect to. It accepts connections, with TLS if certificates are configured, and
 * passes them to the gRPC server. gRPC's own listener reports neither why a client certificate is invalid nor which
 * connections must be closed when the trusted CAs change.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { type Address, formatAddress } from '../../shared/settings/address.ts';
import { CONNECTIONS_MAX, HANDSHAKE_TIMEOUT_MS } from '../limits.ts';
import type { ServerCertificates } from './server-certificates.ts';

/** The credentials of a connection. */
export type ConnectionCredentials =
  | { readonly kind: 'none' }
  /** A valid client certificate of a trusted CA. */
  | { readonly kind: 'certificate'; readonly subject: CertificateSubject; readonly notAfterMs: number }
  /** An invalid client certificate. `code` is the reason from OpenSSL, for example CERT_REVOKED. */
  | { readonly kind: 'bad-certificate'; readonly subject: CertificateSubject; readonly code: string };

export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

export interface ListenerOptions {
  readonly listen: Address;
  /** `null` for plaintext. */
  readonly certificates: ServerCertificates | null;
  /** Receives connections that are ready for HTTP/2. */
  readonly accept: (socket: Socket) => void;
  readonly log: Logger;
}

const NO_CREDENTIALS: ConnectionCredentials = { kind: 'none' };

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  /** By the peer's address and port, in the format of gRPC. */
  readonly #open = new Map<string, { readonly socket: Socket; readonly proof: ConnectionCredentials }>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = options.certificates === null ? this.#plainServer() : this.#tlsServer(options.certificates);
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves to the port. @throws RollcallError ARGUMENT_INVALID if the address is not available. */
  start(): Promise<number> {
    const { listen } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'the address is already in use' : error.message;
        const said = `cannot listen on ${formatAddress(listen)}: ${why}; specify another address with --listen`;
        reject(new RollcallError('ARGUMENT_INVALID', said));
      });
      this.#server.listen(listen, () => {
        const address = this.#server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : listen.port);
      });
    });
  }

  /** The credentials of a call's connection. `peer` is the peer of the call in the format of gRPC. */
  credentialsOf(peer: string): ConnectionCredentials {
    return this.#open.get(peer)?.proof ?? NO_CREDENTIALS;
  }

  /** Accepts no more connections. Open connections remain open. */
  close(): void {
    this.#options.certificates?.close();
    this.#server.close();
  }

  #plainServer(): Server {
    return createServer((socket) => this.#accepted(socket, NO_CREDENTIALS));
  }

  #tlsServer(certificates: ServerCertificates): Server {
    const server = createTlsServer({
      ...certificates.context,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: certificates.asksForClientCertificates,
      // An invalid certificate is refused at the first call, with the reason and a row in the journal.
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => this.#accepted(socket, proofOfSocket(socket)));
    server.on('tlsClientError', (error, socket) => {
      this.#options.log.debug({ peer: socket.remoteAddress, detail: error.message }, 'the TLS handshake failed');
    });
    certificates.watch({
      certificatesChanged: (context) => server.setSecureContext(context),
      clientTrustChanged: () => this.#endCertified(),
    });
    return server;
  }

  #accepted(socket: Socket, proof: ConnectionCredentials): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#open.set(peer, { socket, proof });
    socket.once('close', () => this.#open.delete(peer));
    // Without a listener, an error before the gRPC server takes over the socket would end the process.
    socket.on('error', (error) => this.#options.log.debug({ peer, detail: error.message }, 'the connection failed'));
    this.#options.accept(socket);
  }

  /** Closes connections with client certificates, because they must be verified with the new CAs and CRLs. */
  #endCertified(): void {
    for (const { socket, proof } of this.#open.values()) if (proof.kind !== 'none') socket.destroy();
  }
}

function proofOfSocket(socket: TLSSocket): ConnectionCredentials {
  const certificate = socket.getPeerCertificate();
  // Without a certificate, Node returns an empty object.
  if (certificate.raw === undefined) return NO_CREDENTIALS;
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  const names = [CN ?? []].flat();
  // Two common names are ambiguous.
  const subject = { commonName: names.length === 1 ? (names[0] ?? '') : '', organizations: [O ?? []].flat() };
  if (!socket.authorized) return { kind: 'bad-certificate', subject, code: String(socket.authorizationError) };
  return { kind: 'certificate', subject, notAfterMs: Date.parse(certificate.valid_to) };
}
