/** Starts a coordinator, waits until it leads, and stops it. Its components are created in components.ts and connected in wiring.ts. */
import type { ApiServerOptions } from '../shared/api-server/api-server-reader.ts';
import { RollcallError } from '../shared/errors.ts';
import {
  type ComponentOptions,
  createApiServerClient,
  createClusterSource,
  createLeadership,
  createMaintenance,
  createOwner,
  createServerCertificates,
  readApiServerAccess,
  selectAuthenticator,
} from './components.ts';
import { type CoordinatorThreads, separateThreads } from './coordinator-threads.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalMaintenance } from './journal/journal-maintenance.ts';
import type { Leadership } from './leadership/leadership.ts';
import { closeJournal, openJournal } from './open-journal.ts';
import { CoordinatorOperations } from './operations/operations.ts';
import { startServer } from './server/server.ts';
import { ShutdownRegistry } from './shutdown-registry.ts';
import { type WiredCoordinator, wireCoordinator } from './wiring.ts';

export interface CoordinatorOptions extends ComponentOptions {
  readonly randomId: () => string;
  /** With a random id, identifies this process among the candidates for leadership. */
  readonly hostName?: string;
  /** Resolves when the process is asked to stop; without it, a coordinator that stands by cannot be stopped. */
  readonly stopRequested?: Promise<void>;
  /** Called when it is unknown what is on disk; the process should exit immediately. */
  readonly onFatal: (error: Error) => void;
  /** By default the journal and the history queries run in threads of their own. */
  readonly threads?: CoordinatorThreads;
}

export interface Coordinator {
  readonly port: number;
  /** `undefined` without an operations port. */
  readonly operationsPort: number | undefined;
  /** Resolves with the reason when this coordinator must be stopped immediately: it lost leadership, or may not own DaemonSets. */
  readonly mustStop: Promise<string>;
  /** @throws RollcallError JOURNAL_STALLED if events could not be written; everything is stopped nevertheless */
  stop(): Promise<void>;
}

/**
 * Starts a coordinator: it opens the journal, reads the sources, and only then opens its port, so that no agent
 * receives assignments from incomplete state. With leader election, all of this waits until it leads.
 * Resolves to `null` if it was stopped before it served.
 * @throws RollcallError NOT_LEADER if it lost leadership before it served
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator | null> {
  const shutdown = new ShutdownRegistry();
  try {
    const coordinator = await start(options, shutdown);
    if (coordinator === null) await shutdown.stop();
    return coordinator;
  } catch (error) {
    await shutdown
      .stop()
      .catch((err: unknown) => options.log.warn({ err }, 'some parts failed to stop after a failed start'));
    throw error;
  }
}

async function start(options: CoordinatorOptions, shutdown: ShutdownRegistry): Promise<Coordinator | null> {
  const { settings, version, log } = options;
  const { operationsListen: listen, data: dataFolder } = settings;
  const operations = new CoordinatorOperations({ listen, dataFolder, version, log });
  shutdown.register('operations port', () => operations.stop());
  await operations.start();
  // Before the journal is opened, so that the user learns about unusable files immediately.
  const certificates = createServerCertificates(options);
  const access = await readApiServerAccess(options);
  const apiServer = createApiServerClient(access);
  shutdown.register('API server client', () => apiServer?.close());
  const leadership = createLeadership(settings, apiServer, {
    ...options,
    identity: `${options.hostName ?? 'coordinator'}_${options.randomId()}`,
    onStandby: (why) => operations.standingBy(why),
  });
  shutdown.register('leadership', () => leadership?.stop());
  const parts = { options, shutdown, operations, certificates, access, apiServer, leadership };
  return (await standBy(parts)) === 'stopped' ? null : lead(parts);
}

interface Parts {
  readonly options: CoordinatorOptions;
  readonly shutdown: ShutdownRegistry;
  readonly operations: CoordinatorOperations;
  readonly certificates: ReturnType<typeof createServerCertificates>;
  readonly access: ApiServerOptions | null;
  readonly apiServer: ReturnType<typeof createApiServerClient>;
  readonly leadership: Leadership | null;
}

/** Waits until this coordinator leads; without leader election, it leads from the start. */
async function standBy({ options, operations, leadership }: Parts): Promise<'leading' | 'stopped'> {
  if (leadership === null) return 'leading';
  operations.standingBy('the Lease has not been read yet');
  return (await isStoppedBefore(leadership.waitUntilLeading(), leadership, options)) ? 'stopped' : 'leading';
}

/** From here on, this coordinator decides. */
async function lead(parts: Parts): Promise<Coordinator | null> {
  const { options, operations, leadership } = parts;
  operations.opening();
  const { journal, maintenance } = await openLeaderJournal(parts);
  const wired = wire(parts, journal);
  readSources(parts, wired);
  if (await isStoppedBefore(wired.evaluator.waitForSync(), leadership, options)) return null;
  return serve(parts, wired, maintenance);
}

async function openLeaderJournal({ options, shutdown, leadership }: Parts) {
  const { settings, clock, log, onFatal, threads = separateThreads } = options;
  const journal = await openJournal({ dataFolder: settings.data, clock, log, onFatal, threads }, leadership);
  const maintenance = createMaintenance(options, journal);
  shutdown.register('journal head', () => maintenance.publishHead());
  shutdown.register('journal', () => closeJournal(journal));
  leadership?.publishHeads(() => journal.head());
  return { journal, maintenance };
}

function wire({ options, shutdown, apiServer }: Parts, journal: Journal): WiredCoordinator {
  const { startHistoryThread } = options.threads ?? separateThreads;
  const authenticator = selectAuthenticator(options, apiServer);
  return wireCoordinator({ ...options, startHistoryThread, authenticator, shutdown }, journal);
}

function readSources({ options, shutdown, operations, apiServer }: Parts, wired: WiredCoordinator): void {
  const source = createClusterSource(options, apiServer);
  operations.opened(wired.metrics, source);
  shutdown.register('cluster source', () => source.close());
  source.start(wired.evaluator);
}

/** Opens the port. */
async function serve(parts: Parts, wired: WiredCoordinator, maintenance: JournalMaintenance): Promise<Coordinator> {
  const { options, shutdown, operations, certificates, leadership } = parts;
  const { settings, log } = options;
  const { listen, reflection } = settings;
  const server = await startServer({ dependencies: wired.server, listen, certificates, reflection });
  shutdown.register('server', () => server.stop());
  operations.serving(certificates);
  shutdown.register('journal maintenance', () => maintenance.stop());
  maintenance.start();
  const mustStop = own(parts, wired);
  const { journal, evaluator } = wired;
  const [nodeCount, daemonSetCount] = [evaluator.table.nodeNames().length, evaluator.table.daemonSetKeys().length];
  log.info({ port: server.port, revision: journal.nextRevision - 1, nodeCount, daemonSetCount }, 'coordinator ready');
  return {
    port: server.port,
    operationsPort: operations.port,
    mustStop: Promise.race([leadership?.leadershipLost ?? NEVER, mustStop]),
    async stop() {
      operations.draining();
      await shutdown.stop();
      log.info({ revision: journal.durableRevision }, 'coordinator stopped');
    },
  };
}

/** Starts to act on the cluster, with `--own`. Resolves with the reason if it must not. */
function own({ options, shutdown, access, apiServer, leadership }: Parts, wired: WiredCoordinator): Promise<string> {
  if (leadership === null) return NEVER;
  const { evaluator, journal, openIntents } = wired;
  const state = { leadership, placements: evaluator.table, journal, openIntents };
  const owner = createOwner(options, { apiServer: access, client: apiServer }, state);
  if (owner === null) return NEVER;
  shutdown.register('DaemonSet controller', () => owner.stop());
  evaluator.onRecorded((recorded) => owner.controller.recorded(recorded));
  const refused = owner.start().then(
    () => NEVER,
    (error: unknown) => {
      if (!(error instanceof RollcallError)) throw error;
      return error.message;
    },
  );
  const reason = Promise.race([refused, owner.otherControllerFound]);
  void reason.then((why) => options.log.error({ detail: why }, 'this coordinator cannot own DaemonSets and stops'));
  return reason;
}

const NEVER = new Promise<never>(() => {});

/**
 * Waits as long as it takes; resolves to true if the coordinator is asked to stop first.
 * @throws RollcallError NOT_LEADER if leadership is lost first: from then on it must not decide anything
 */
async function isStoppedBefore(
  awaited: Promise<unknown>,
  leadership: Leadership | null,
  { stopRequested }: Pick<CoordinatorOptions, 'stopRequested'>,
): Promise<boolean> {
  const stopped = stopRequested?.then(() => true) ?? NEVER;
  const lost = leadership?.leadershipLost.then((why) => {
    throw new RollcallError('NOT_LEADER', why);
  });
  return Promise.race([awaited.then(() => false), stopped, lost ?? NEVER]);
}
