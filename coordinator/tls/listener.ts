/**
 * The port that agents and the CLI connect to. It accepts connections, speaks TLS where there are
 * certificates, and hands each to the gRPC server with what it proved. gRPC's own listener would say
 * neither why a client certificate is not good nor whose connections have to be made anew.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { type Address, formatAddress } from '../../shared/settings/address.ts';
import { CONNECTIONS_MAX, HANDSHAKE_TIMEOUT_MS } from '../limits.ts';
import type { ServerCertificates } from './server-certificates.ts';

/** What a connection proved by itself, before anything was said on it. */
export type ConnectionCredentials =
  | { readonly kind: 'none' }
  /** A client certificate of a trusted CA, in force and not revoked. */
  | { readonly kind: 'certificate'; readonly subject: CertificateSubject; readonly notAfterMs: number }
  /** A client certificate that is not good; `code` is OpenSSL's word for why, such as CERT_REVOKED. */
  | { readonly kind: 'bad-certificate'; readonly subject: CertificateSubject; readonly code: string };

export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

export interface ListenerOptions {
  readonly listen: Address;
  /** `null` speaks plaintext. */
  readonly certificates: ServerCertificates | null;
  /** Takes over a connection that is ready for HTTP/2. */
  readonly accept: (socket: Socket) => void;
  readonly log: Logger;
}

const NOTHING_PROVED: ConnectionCredentials = { kind: 'none' };

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  /** By the peer's address and port, as gRPC names the peer of a call. */
  readonly #open = new Map<string, { readonly socket: Socket; readonly proof: ConnectionCredentials }>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = options.certificates === null ? this.#plainServer() : this.#tlsServer(options.certificates);
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves to the port. @throws RollcallError ARGUMENT_INVALID where the address cannot be listened on. */
  start(): Promise<number> {
    const { listen } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message;
        const said = `cannot listen on ${formatAddress(listen)}: ${why}; choose another address with --listen`;
        reject(new RollcallError('ARGUMENT_INVALID', said));
      });
      this.#server.listen(listen, () => {
        const address = this.#server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : listen.port);
      });
    });
  }

  /** What the connection of a call proved; `peer` is what gRPC calls the peer of the call. */
  credentialsOf(peer: string): ConnectionCredentials {
    return this.#open.get(peer)?.proof ?? NOTHING_PROVED;
  }

  /** Accepts nobody any more. Whoever is connected stays so. */
  close(): void {
    this.#options.certificates?.close();
    this.#server.close();
  }

  #plainServer(): Server {
    return createServer((socket) => this.#accepted(socket, NOTHING_PROVED));
  }

  #tlsServer(certificates: ServerCertificates): Server {
    const server = createTlsServer({
      ...certificates.context,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: certificates.asksForClientCertificates,
      // A certificate that is not good is refused at the first call, with the reason and a row in the journal.
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => this.#accepted(socket, proofOfSocket(socket)));
    server.on('tlsClientError', (error, socket) => {
      this.#options.log.debug({ peer: socket.remoteAddress, detail: error.message }, 'a TLS handshake failed');
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
    // Whoever uses the socket hears of it too; without a listener here an early one would end the process.
    socket.on('error', (error) => this.#options.log.debug({ peer, detail: error.message }, 'a connection failed'));
    this.#options.accept(socket);
  }

  /** What a certificate proved was proved to other CAs and other lists: it has to be proved again. */
  #endCertified(): void {
    for (const { socket, proof } of this.#open.values()) if (proof.kind !== 'none') socket.destroy();
  }
}

function proofOfSocket(socket: TLSSocket): ConnectionCredentials {
  const certificate = socket.getPeerCertificate();
  // Without a certificate Node gives an object that holds nothing.
  if (certificate.raw === undefined) return NOTHING_PROVED;
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  const names = [CN ?? []].flat();
  // Of two names nobody knows which is meant.
  const subject = { commonName: names.length === 1 ? (names[0] ?? '') : '', organizations: [O ?? []].flat() };
  if (!socket.authorized) return { kind: 'bad-certificate', subject, code: String(socket.authorizationError) };
  return { kind: 'certificate', subject, notAfterMs: Date.parse(certificate.valid_to) };
}
