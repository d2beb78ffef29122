/** The gRPC server: every service on one port, reflection and health among them, and how it ends. */
import type { Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { SERVER_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AdminService, AuditService, contractDefinition, QueryService } from '../../shared/rpc/contract.ts';
import type { Address } from '../../shared/settings/address.ts';
import { adminService } from '../admin/admin-service.ts';
import { agentService, agentServiceDefinition } from '../agents/agent-service.ts';
import { auditService } from '../audit/audit-service.ts';
import { HISTORY_GRACE_MS, SHUTDOWN_GRACE_MS } from '../limits.ts';
import { queryService } from '../query/query-service.ts';
import { Listener } from '../tls/listener.ts';
import type { ServerCertificates } from '../tls/server-certificates.ts';
import type { CoordinatorContext } from './coordinator-context.ts';
import { Health } from './health.ts';
import { acceptingBytes } from './serialized.ts';

export interface RunningServer {
  /** The port that was taken, where 0 was asked for. */
  readonly port: number;
  /** Tells health checks that it goes, ends the sessions, and waits a moment for the streams. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly context: CoordinatorContext;
  readonly listen: Address;
  /** `null` speaks plaintext. */
  readonly certificates: ServerCertificates | null;
  readonly reflection: boolean;
}

/** @throws RollcallError ARGUMENT_INVALID where the address cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { context, listen, certificates, reflection } = options;
  const { authInterceptor, log } = context;
  const accept = (socket: Socket) => injector.injectConnection(socket);
  const listener = new Listener({ listen, certificates, accept, log });
  const server = new Server({
    ...SERVER_OPTIONS,
    interceptors: [authInterceptor.interceptor((peer) => listener.credentialsOf(peer))],
  });
  server.addService(agentServiceDefinition(), agentService(context));
  server.addService(acceptingBytes(QueryService.service), queryService(context));
  server.addService(AuditService.service, auditService(context));
  server.addService(AdminService.service, adminService(context));
  const health = new Health(context);
  health.addTo(server);
  if (reflection) new ReflectionService({ ...contractDefinition, ...loadSync(healthProtoPath) }).addToServer(server);
  // The listener speaks TLS, so gRPC takes connections as they come.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const port = await listener.start();
  health.start();
  return {
    port,
    async stop() {
      health.stop();
      listener.close();
      context.sessions.stop();
      for (const end of [...context.watches, ...context.audits]) end();
      context.historyQueries.drain();
      await shutdown(server, context);
    },
  };
}

/** Ends well where the peers let go in time; keepalive would break an open stream anyway (docs/protocol.md). */
function shutdown(server: Server, { clock, historyQueries }: CoordinatorContext): Promise<void> {
  return new Promise((resolve) => {
    const cancelAnswers = clock.after(HISTORY_GRACE_MS, () => void historyQueries.close());
    const cancel = clock.after(SHUTDOWN_GRACE_MS, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      cancelAnswers();
      cancel();
      resolve();
    });
  });
}
