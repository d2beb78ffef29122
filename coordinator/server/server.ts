/** The gRPC server: all services on one port, with health and reflection. */
import type { Socket } from 'node:net';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logging.ts';
import { SERVER_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AdminService, AuditService, contractDefinition, QueryService } from '../../shared/rpc/contract.ts';
import type { Address } from '../../shared/settings/address.ts';
import { agentServiceDefinition, type ConnectDependencies } from '../agents/agent-service.ts';
import type { AuditStreamDependencies } from '../audit/audit-stream.ts';
import type { HistoryQueries } from '../history/history-queries.ts';
import type { AuthInterceptor } from '../identity/auth-interceptor.ts';
import { HISTORY_GRACE_MS, SHUTDOWN_GRACE_MS } from '../limits.ts';
import { Listener } from '../tls/listener.ts';
import type { ServerCertificates } from '../tls/server-certificates.ts';
import { bindRpcs, type CallDependencies, definitionWithBytes } from './bind-rpcs.ts';
import { Health, type HealthDependencies } from './health.ts';
import type { QueryDependencies } from './query-rpcs.ts';
import { type AdminDependencies, RPC_TABLE } from './rpc-table.ts';

export interface RunningServer {
  /** The port that is open, also if the port in the settings is 0. */
  readonly port: number;
  /** Reports NOT_SERVING to health checks, ends the agent sessions and waits a short time for open streams. */
  stop(): Promise<void>;
}

/** What each service needs. */
export interface ServiceDependencies {
  readonly agent: ConnectDependencies;
  readonly query: QueryDependencies;
  readonly admin: AdminDependencies;
  readonly audit: AuditStreamDependencies;
}

export interface ServerDependencies {
  readonly services: ServiceDependencies;
  readonly calls: CallDependencies;
  readonly health: HealthDependencies;
  readonly authInterceptor: Pick<AuthInterceptor, 'interceptor'>;
  readonly sessions: { stop(): void };
  readonly historyQueries: Pick<HistoryQueries, 'drain' | 'close'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

export interface ServerOptions {
  readonly dependencies: ServerDependencies;
  readonly listen: Address;
  /** `null`: TLS is disabled. */
  readonly certificates: ServerCertificates | null;
  readonly reflection: boolean;
}

/** @throws RollcallError ARGUMENT_INVALID if the address cannot be listened on */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { dependencies, listen, certificates, reflection } = options;
  const { services, calls, authInterceptor, sessions, historyQueries, log } = dependencies;
  const accept = (socket: Socket) => injector.injectConnection(socket);
  const listener = new Listener({ listen, certificates, accept, log });
  const server = new Server({
    ...SERVER_OPTIONS,
    interceptors: [authInterceptor.interceptor((peer) => listener.credentialsOf(peer))],
  });
  addServices(server, services, calls);
  const health = new Health(dependencies.health);
  health.addTo(server);
  if (reflection) new ReflectionService({ ...contractDefinition, ...loadSync(healthProtoPath) }).addToServer(server);
  // The listener terminates TLS, so gRPC receives plaintext connections.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const port = await listener.start();
  health.start();
  return {
    port,
    async stop() {
      health.stop();
      listener.close();
      sessions.stop();
      historyQueries.drain();
      await untilStreamsEnd(server, dependencies);
    },
  };
}

function addServices(server: Server, services: ServiceDependencies, calls: CallDependencies): void {
  const add = (rpcs: Readonly<Record<string, unknown>>, definition: ServiceDefinition, dependencies: unknown) => {
    const service = definitionWithBytes(definition);
    server.addService(service, bindRpcs(rpcs, service, dependencies, calls));
  };
  add(RPC_TABLE['rollcall.v1.AgentService'], agentServiceDefinition(), services.agent);
  add(RPC_TABLE['rollcall.v1.QueryService'], QueryService.service, services.query);
  add(RPC_TABLE['rollcall.v1.AdminService'], AdminService.service, services.admin);
  add(RPC_TABLE['rollcall.v1.AuditService'], AuditService.service, services.audit);
}

/** Streams that do not end in time are aborted; keepalive would end them anyway (docs/protocol.md). */
function untilStreamsEnd(
  server: Server,
  { clock, historyQueries }: Pick<ServerDependencies, 'clock' | 'historyQueries'>,
): Promise<void> {
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
