/** A coordinator with TLS, and clients with certificates or tokens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createAuthenticator, type TokenAuthenticator } from '../../coordinator/identity/authenticator.ts';
import { ServerCertificates } from '../../coordinator/tls/server-certificates.ts';
import { systemClock } from '../../shared/clock.ts';
import type { AccessEvent } from '../../shared/journal-format/events.ts';
import { createLogger } from '../../shared/logging.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { tlsSecurity } from '../../shared/rpc/channel-security.ts';
import { AdminService, AgentService, QueryService } from '../../shared/rpc/contract.ts';
import { type Certificate, CertificateAuthority } from '../fakes/certificates.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { type RunningCoordinator, startTestCoordinator } from '../server/running-coordinator.ts';

/** The credentials of a client. */
export interface Proofs {
  readonly certificate?: Certificate;
  readonly token?: string;
}

export type Clients = Pick<RunningCoordinator, 'query' | 'admin' | 'agents'>;

export class TlsCoordinator {
  readonly running: RunningCoordinator;
  readonly ca: CertificateAuthority;
  readonly #crlFile: string;

  private constructor(running: RunningCoordinator, ca: CertificateAuthority, crlFile: string) {
    this.running = running;
    this.ca = ca;
    this.#crlFile = crlFile;
  }

  static async start(tokens: TokenAuthenticator | null = null): Promise<TlsCoordinator> {
    const folder = temporaryFolder();
    const ca = await CertificateAuthority.create();
    const server = await ca.sign({ commonName: 'coordinator', hosts: ['127.0.0.1'] });
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const clientCrl = write('revoked.pem', await ca.revoke());
    const files = {
      certificate: write('tls.crt', server.certificate),
      key: write('tls.key', server.key),
      clientCa: write('clients.pem', ca.certificate),
      clientCrl,
    };
    const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
    const certificates = new ServerCertificates({ files, clock: systemClock, log });
    const running = await startTestCoordinator({ identities: createAuthenticator(tokens), certificates });
    return new TlsCoordinator(running, ca, clientCrl);
  }

  /** Clients with a separate connection. */
  clients({ certificate, token }: Proofs): Clients {
    const chain = certificate && { chain: Buffer.from(certificate.certificate), key: Buffer.from(certificate.key) };
    const ca = Buffer.from(this.ca.certificate);
    const material = { ca, serverName: null, token: token ?? null, clientCertificate: chain ?? null };
    const { credentials, options } = tlsSecurity(material, '127.0.0.1');
    const all = { ...CLIENT_OPTIONS, ...options, 'grpc.use_local_subchannel_pool': 1 };
    const { address } = this.running;
    const clients = {
      query: new QueryService(address, credentials, all),
      admin: new AdminService(address, credentials, all),
      agents: new AgentService(address, credentials, all),
    };
    onTestFinished(() => Object.values(clients).forEach((client) => client.close()));
    return clients;
  }

  revoke(certificate: Certificate): Promise<void> {
    return this.ca.revoke(certificate).then((list) => writeFileSync(this.#crlFile, list));
  }

  /** Recorded denials, oldest first. */
  async denials(): Promise<AccessEvent[]> {
    const { journal } = this.running.coordinator;
    await journal.durable(journal.nextRevision - 1);
    const rows = await journal.events({ kinds: ['access'], limit: 100, oldestFirst: true });
    return rows.flatMap((row) => (row.kind === 'access' ? [row] : []));
  }
}
