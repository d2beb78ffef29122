/** A coordinator behind a real gRPC server on loopback, with a real journal and a fake clock. */
import type { Client, ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { startHistoryInProcess } from '../../coordinator/coordinator-threads.ts';
import { type Authenticator, NO_AUTHENTICATION } from '../../coordinator/identity/authenticator.ts';
import type { JournalOptions } from '../../coordinator/journal/journal.ts';
import { startServer } from '../../coordinator/server/server.ts';
import { ShutdownRegistry } from '../../coordinator/shutdown-registry.ts';
import type { ServerCertificates } from '../../coordinator/tls/server-certificates.ts';
import { type WiredCoordinator, wireCoordinator } from '../../coordinator/wiring.ts';
import { RollcallError } from '../../shared/errors.ts';
import { createLogger } from '../../shared/logging.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { type ChannelSecurity, PLAINTEXT } from '../../shared/rpc/channel-security.ts';
import { AdminService, AgentService, AuditService, QueryService } from '../../shared/rpc/contract.ts';
import type { AdminServiceClient } from '../../shared/rpc/generated/rollcall/v1/AdminService.ts';
import type { AgentServiceClient } from '../../shared/rpc/generated/rollcall/v1/AgentService.ts';
import type { AuditServiceClient } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import type { WireTime } from '../../shared/rpc/wire-time.ts';
import { daemonSet, facts } from '../evaluation/world.ts';
import { settingsWith } from '../fakes/coordinator-settings.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { openJournal } from '../journal/open-journal.ts';

export interface RunningCoordinator {
  readonly coordinator: WiredCoordinator;
  readonly clock: FakeClock;
  readonly address: string;
  /** Everything that was logged, as JSON lines. */
  readonly logged: string[];
  readonly query: QueryServiceClient;
  readonly admin: AdminServiceClient;
  readonly audit: AuditServiceClient;
  readonly agents: AgentServiceClient;
  stop(): Promise<void>;
}

export interface TestCoordinatorOptions {
  readonly nodes?: readonly string[];
  readonly keys?: readonly string[];
  /** Source files that cannot be read; if there are any, nothing that the journal contains is removed. */
  readonly unreadPaths?: readonly string[];
  readonly identities?: Authenticator;
  readonly certificates?: ServerCertificates | null;
  /** How the clients connect. */
  readonly security?: ChannelSecurity;
  readonly journal?: Partial<JournalOptions>;
  readonly startHistoryThread?: typeof startHistoryInProcess;
}

export async function startTestCoordinator({
  nodes = ['n1', 'n2', 'n3'],
  keys = ['default/a', 'kube-system/b'],
  unreadPaths = [],
  identities = NO_AUTHENTICATION,
  certificates = null,
  security = PLAINTEXT,
  journal: journalOptions = {},
  startHistoryThread = startHistoryInProcess,
}: TestCoordinatorOptions = {}): Promise<RunningCoordinator> {
  const clock = new FakeClock();
  const journal = await openJournal({ clock, ...journalOptions });
  const logged: string[] = [];
  const destination = { write: (line: string) => void logged.push(line) };
  let ids = 0;
  const shutdown = new ShutdownRegistry();
  const coordinator = wireCoordinator(
    {
      settings: settingsWith({ nodes: 'nodes' }),
      clock,
      log: createLogger({ program: 'test', level: 'debug', format: 'json', destination }),
      random: () => 0.5,
      randomId: () => `id-${++ids}`,
      version: '1.2.3',
      authenticator: identities,
      startHistoryThread,
      shutdown,
    },
    journal,
  );
  for (const name of nodes) addNode(coordinator, name);
  for (const key of keys) addDaemonSet(coordinator, key);
  coordinator.evaluator.synced(unreadPaths);
  await journal.durable(journal.nextRevision - 1);
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startServer({ dependencies: coordinator.server, listen, certificates, reflection: true });
  shutdown.register('server', () => server.stop());
  const address = `127.0.0.1:${server.port}`;
  const options = { ...CLIENT_OPTIONS, ...security.options };
  const query = new QueryService(address, security.credentials, options);
  const admin = new AdminService(address, security.credentials, options);
  const audit = new AuditService(address, security.credentials, options);
  const agents = new AgentService(address, security.credentials, options);
  const stop = async () => {
    for (const client of [query, admin, audit, agents]) client.close();
    let stopped = false;
    const stopping = shutdown.stop().then(() => (stopped = true));
    await eventually(
      () => stopped,
      () => clock.advance(100),
    );
    await stopping;
  };
  onTestFinished(stop);
  return { coordinator, clock, address, logged, query, admin, audit, agents, stop };
}

export function addNode({ evaluator }: WiredCoordinator, name: string, labels: Record<string, string> = {}): void {
  evaluator.nodeApplied({ facts: facts(name, labels), source: 'nodes.yaml:1', actor: 'nodes.yaml' });
}

export function addDaemonSet({ evaluator }: WiredCoordinator, key: string, spec = {}, image = 'v1'): void {
  const object = daemonSet(key, spec, { image });
  evaluator.daemonSetApplied({ key, daemonSet: object, source: `${key}.yaml:1`, actor: `${key}.yaml`, warnings: [] });
}

export const Query = QueryService.service;
export const Admin = AdminService.service;
export const Audit = AuditService.service;

interface Method<Request, Response> {
  readonly path: string;
  requestSerialize(this: void, request: Request): Buffer;
  responseDeserialize(this: void, bytes: Buffer): Response;
}

/** The response of a unary call; rejects with the error that the caller receives. */
export function ask<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
  request: NoInfer<Request>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
      if (error !== null) reject(fromServiceError(error, 'INTERNAL'));
      else if (response !== undefined) resolve(response);
    });
  });
}

/** All messages of a stream; rejects with the error that the caller receives. */
export function askAll<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
  request: NoInfer<Request>,
): Promise<Response[]> {
  return new Promise((resolve, reject) => {
    const messages: Response[] = [];
    const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    call.on('data', (message: Response) => messages.push(message));
    call.on('error', (error: ServiceError) => reject(fromServiceError(error, 'INTERNAL')));
    call.on('end', () => resolve(messages));
  });
}

/** The error of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<RollcallError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** A watch and what it has received. */
export class Watch {
  readonly call: ClientReadableStream<WatchEventsResponse__Output>;
  readonly revisions: number[] = [];
  readonly bookmarks: number[] = [];
  /** Time of the newest bookmark. */
  bookmarkTime: WireTime | null = null;
  error: (Error & { metadata?: Metadata }) | null = null;

  constructor({ query }: RunningCoordinator, request: WatchEventsRequest = {}) {
    this.call = query.WatchEvents(request);
    this.call.on('data', ({ event, bookmarkRevision, bookmarkRecordTime }: WatchEventsResponse__Output) => {
      if (event) this.revisions.push(Number(event.revision));
      else {
        this.bookmarks.push(Number(bookmarkRevision));
        this.bookmarkTime = bookmarkRecordTime;
      }
    });
    this.call.on('error', (error) => (this.error = error));
    onTestFinished(() => this.call.cancel());
  }

  get failure(): RollcallError | null {
    return this.error === null ? null : fromServiceError(this.error as ServiceError, 'INTERNAL');
  }
}
