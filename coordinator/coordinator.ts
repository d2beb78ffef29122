/** Puts the parts of a coordinator together, starts them in order and ends them in reverse. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { inClusterAccess } from '../shared/api-server/access.ts';
import { ApiServerClient } from '../shared/api-server/api-server-client.ts';
import type { Clock } from '../shared/clock.ts';
import { RollcallError } from '../shared/errors.ts';
import { ApiServerSource } from './cluster/api-server-source.ts';
import { FolderSource } from './cluster/folder-source.ts';
import { kubeconfigAccess } from './cluster/kubeconfig-access.ts';
import type { ClusterSource } from './cluster/source.ts';
import { furnish } from './furnish.ts';
import { type Identities, NOBODY_ASKED, provedIdentities } from './identity/identities.ts';
import { removeAbandonedCopies } from './journal/backup-copy.ts';
import { Journal } from './journal/journal.ts';
import { JournalError } from './journal/journal-error.ts';
import type { JournalThreads } from './journal/threads.ts';
import { CoordinatorOperations } from './operations/operations.ts';
import type { House } from './services/house.ts';
import { type RunningServer, startServer } from './services/server.ts';
import type { CoordinatorSettings } from './settings.ts';
import { ServerCertificates } from './tls/server-certificates.ts';
import { LogHeadPublisher, Upkeep } from './upkeep/upkeep.ts';

/** Name of the journal's file in the data folder. */
const JOURNAL_FILE = 'rollcall.db';

export interface CoordinatorOptions {
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  /** Where a pod finds its API server; needed with `--cluster api-server` alone. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Called when nobody can know any more what is on disk; the process should end at once. */
  readonly onFatal: (error: Error) => void;
  /** Where the journal works; threads of its own where nothing is said. */
  readonly threads?: JournalThreads;
}

export interface Coordinator {
  readonly port: number;
  /** Of the operations port; `undefined` where there is none. */
  readonly operationsPort: number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a coordinator: first the journal, then the sources, and only when these have been read once
 * the port, so that no agent ever gets assignments from a state that is not complete.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { settings, version, log } = options;
  const operations = new CoordinatorOperations({
    listen: settings.operationsListen,
    dataFolder: settings.data,
    version,
    log,
  });
  await operations.start();
  try {
    return await startBehind(operations, options);
  } catch (error) {
    await operations.stop();
    throw error;
  }
}

/** Starts everything else, and tells the operations port how far it is. */
async function startBehind(operations: CoordinatorOperations, options: CoordinatorOptions): Promise<Coordinator> {
  const { log } = options;
  // Before the journal: what the user has to mend is said at once.
  const certificates = certificatesOf(options);
  const apiServer = await apiServerOf(options);
  const journal = await openJournal(options);
  const source = sourceOf(options, apiServer);
  const house = furnish({ ...options, identities: identitiesOf(options) }, journal);
  operations.opened(house);
  try {
    const server = await open(options, house, source, certificates);
    operations.serving();
    const upkeep = upkeepOf(options, journal);
    upkeep.start();
    const { nodeCount, daemonSetCount } = sizes(house);
    log.info({ port: server.port, revision: journal.nextRevision - 1, nodeCount, daemonSetCount }, 'coordinator ready');
    return {
      port: server.port,
      operationsPort: operations.port,
      async stop() {
        operations.draining();
        await stop(house, source, server, upkeep);
        apiServer?.close();
        await operations.stop();
      },
    };
  } catch (error) {
    source.close();
    apiServer?.close();
    await close(house);
    throw error;
  }
}

async function openJournal({ settings, clock, onFatal, threads }: CoordinatorOptions): Promise<Journal> {
  const file = join(settings.data, JOURNAL_FILE);
  try {
    const journal = await Journal.open({ file, clock, onFatal, ...(threads && { threads }) });
    removeAbandonedCopies(file);
    return journal;
  } catch (error) {
    if (error instanceof JournalError) throw new RollcallError('STORE_UNUSABLE', error.message);
    // What SQLite or JSON cannot read in a file that passed the checks was altered by somebody else.
    const isDamage = error instanceof SyntaxError || (error instanceof Error && error.name === 'SqliteError');
    if (!isDamage) throw error;
    throw new RollcallError(
      'STORE_UNUSABLE',
      `${file} is damaged (${error.message}); restore a copy, or name another folder with --data`,
    );
  }
}

function upkeepOf({ settings, clock, log }: CoordinatorOptions, journal: Journal): Upkeep {
  const { retainMs, retainBytes, headIntervalMs } = settings;
  const isPruned = retainMs !== undefined || retainBytes !== undefined;
  const retention = isPruned ? { retainMs, retainBytes } : null;
  return new Upkeep({ journal, clock, log, retention, headIntervalMs, publishers: [new LogHeadPublisher(log)] });
}

/** `null` where everything comes from files. */
async function apiServerOf(options: CoordinatorOptions): Promise<ApiServerClient | null> {
  const { settings, clock, version, environment = {} } = options;
  const { cluster, kubeconfig } = settings;
  if (cluster !== 'api-server') return null;
  const access =
    kubeconfig === undefined ? inClusterAccess({ environment, clock }) : await kubeconfigAccess(kubeconfig);
  return new ApiServerClient({ access, clock, userAgent: `rollcall-coordinator/${version}` });
}

function sourceOf({ settings, log, clock, random }: CoordinatorOptions, reader: ApiServerClient | null): ClusterSource {
  if (reader !== null) return new ApiServerSource({ reader, clock, random, log });
  const { daemonsets = null, nodes = null } = settings;
  return new FolderSource({ daemonSets: daemonsets, nodes, log, clock });
}

function certificatesOf({ settings, clock, log }: CoordinatorOptions): ServerCertificates | null {
  const { tlsCertificate: certificate, tlsKey: key, tlsClientCa: clientCa, tlsClientCrl: clientCrl } = settings;
  if (certificate === undefined || key === undefined) return null;
  return new ServerCertificates({ files: { certificate, key, clientCa, clientCrl }, clock, log });
}

function identitiesOf({ settings }: CoordinatorOptions): Identities {
  return settings.plaintext ? NOBODY_ASKED : provedIdentities(null);
}

async function open(
  { settings: { listen, reflection } }: CoordinatorOptions,
  house: House,
  source: ClusterSource,
  certificates: ServerCertificates | null,
): Promise<RunningServer> {
  source.start(house.evaluator);
  await house.evaluator.whenSynced();
  return startServer({ house, listen, certificates, reflection });
}

async function stop(house: House, source: ClusterSource, server: RunningServer, upkeep: Upkeep): Promise<void> {
  source.close();
  upkeep.stop();
  await server.stop();
  await close(house);
  await upkeep.publishHead();
  house.log.info({ revision: house.journal.durableRevision }, 'coordinator stopped');
}

/** Ends everything but the source and the server: no timer runs and nothing is journalled after it. */
async function close({ sessions, gate, evaluator, journal }: House): Promise<void> {
  sessions.stop();
  gate.close();
  evaluator.stop();
  try {
    await journal.close();
  } catch (error) {
    throw error instanceof JournalError ? new RollcallError('STORE_STALLED', error.message) : error;
  }
}

function sizes({ evaluator }: House): { nodeCount: number; daemonSetCount: number } {
  return { nodeCount: evaluator.table.nodeNames().length, daemonSetCount: evaluator.table.daemonSetKeys().length };
}
