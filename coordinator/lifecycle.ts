/** Puts the parts of a coordinator together, starts them in order and ends them in reverse. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { inClusterAccess } from '../shared/api-server/access.ts';
import { ApiServerClient } from '../shared/api-server/api-server-client.ts';
import { kubeconfigAccess } from '../shared/api-server/kubeconfig-access.ts';
import type { Clock } from '../shared/clock.ts';
import { RollcallError } from '../shared/errors.ts';
import { ApiServerSource } from './cluster/api-server-source.ts';
import { FolderSource } from './cluster/folder-source.ts';
import type { ClusterSource } from './cluster/source.ts';
import { type CoordinatorThreads, separateThreads } from './coordinator-threads.ts';
import { type Identities, NOBODY_ASKED, provedIdentities } from './identity/identities.ts';
import { KubernetesIdentities } from './identity/kubernetes/kubernetes-identities.ts';
import { Journal } from './journal/journal.ts';
import { JournalError } from './journal/journal-error.ts';
import { removeAbandonedCopies } from './journal/maintenance/backup-copy.ts';
import { JournalMaintenance, LogHeadPublisher } from './journal/maintenance/journal-maintenance.ts';
import type { Leadership } from './leadership/leadership.ts';
import { leadershipOf } from './leadership/leadership-of.ts';
import { JOURNAL_RETRY_MS } from './limits.ts';
import { CoordinatorOperations } from './operations/operations.ts';
import type { CoordinatorContext } from './server/coordinator-context.ts';
import { type RunningServer, startServer } from './server/server.ts';
import type { CoordinatorSettings } from './settings.ts';
import { ServerCertificates } from './tls/server-certificates.ts';
import { wireCoordinator } from './wiring.ts';

/** Name of the journal's file in the data folder. */
const JOURNAL_FILE = 'rollcall.db';

export interface CoordinatorOptions {
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  /** Names this process among the candidates for leadership, together with a random id. */
  readonly hostName?: string;
  /** Resolves when the process is asked to end; needed where it may stand by. */
  readonly untilStopped?: Promise<void>;
  /** Where a pod finds its API server; needed with `--cluster api-server` alone. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Called when nobody can know any more what is on disk; the process should end at once. */
  readonly onFatal: (error: Error) => void;
  /** Where the journal works; threads of its own where nothing is said. */
  readonly threads?: CoordinatorThreads;
}

export interface Coordinator {
  readonly port: number;
  /** Of the operations port; `undefined` where there is none. */
  readonly operationsPort: number | undefined;
  /** Resolves, with why, when this coordinator may not lead any more: it has to be stopped at once. */
  readonly whenLost: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a coordinator: first the journal, then the sources, and only when these have been read once
 * the port, so that no agent ever gets assignments from a state that is not complete. With an election, all of
 * that only once it leads. `null`: it was stopped before it served.
 * @throws RollcallError NOT_LEADER where it led and lost the lead before it served.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator | null> {
  const { settings, version, log } = options;
  const operations = new CoordinatorOperations({
    listen: settings.operationsListen,
    dataFolder: settings.data,
    version,
    log,
  });
  await operations.start();
  try {
    const coordinator = await startBehind(operations, options);
    if (coordinator === null) await operations.stop();
    return coordinator;
  } catch (error) {
    await operations.stop();
    throw error;
  }
}

/** Starts everything else, and tells the operations port how far it is. */
async function startBehind(
  operations: CoordinatorOperations,
  options: CoordinatorOptions,
): Promise<Coordinator | null> {
  // Before the journal: what the user has to mend is said at once.
  const certificates = certificatesOf(options);
  const apiServer = await apiServerOf(options);
  const leadership = leadershipOf(options.settings, apiServer, {
    ...options,
    identity: `${options.hostName ?? 'coordinator'}_${options.randomId()}`,
    onStandby: (why) => operations.standingBy(why),
  });
  const ending = async () => {
    await leadership?.stop();
    apiServer?.close();
  };
  if (leadership !== null) operations.standingBy('the lease has not been read yet');
  try {
    const isStopped = leadership !== null && (await isStoppedBefore(leadership.untilLeading(), leadership, options));
    const parts = { operations, certificates, apiServer, leadership, ending };
    const coordinator = isStopped ? null : await lead(parts, options);
    if (coordinator === null) await ending();
    return coordinator;
  } catch (error) {
    await ending();
    throw error;
  }
}

const NEVER = new Promise<never>(() => {});

/**
 * Waits for what a start has to wait for, however long that takes; true where the coordinator is stopped before that.
 * @throws RollcallError NOT_LEADER where it loses the lead before that: from then on it must decide nothing.
 */
async function isStoppedBefore(
  awaited: Promise<unknown>,
  leadership: Leadership | null,
  { untilStopped }: CoordinatorOptions,
): Promise<boolean> {
  const stopped = untilStopped?.then(() => true) ?? NEVER;
  const lost = leadership?.whenLost.then((why) => {
    throw new RollcallError('NOT_LEADER', why);
  });
  return Promise.race([awaited.then(() => false), stopped, lost ?? NEVER]);
}

interface Parts {
  readonly operations: CoordinatorOperations;
  readonly certificates: ServerCertificates | null;
  readonly apiServer: ApiServerClient | null;
  readonly leadership: Leadership | null;
  /** Lets go of the lead and of the API server, once nothing is decided any more. */
  readonly ending: () => Promise<void>;
}

/** This coordinator decides from here on. */
async function lead(parts: Parts, options: CoordinatorOptions): Promise<Coordinator | null> {
  const { operations, certificates, apiServer, leadership, ending } = parts;
  operations.opening();
  const journal = await openAsLeader(options, leadership);
  const source = sourceOf(options, apiServer);
  const { startHistoryThread } = options.threads ?? separateThreads;
  const context = wireCoordinator(
    { ...options, startHistoryThread, identities: identitiesOf(options, apiServer) },
    journal,
  );
  operations.opened(context, source);
  leadership?.publishHeads(() => journal.head());
  try {
    source.start(context.evaluator);
    if (await isStoppedBefore(context.evaluator.whenSynced(), leadership, options)) {
      source.close();
      await close(context);
      return null;
    }
    const { listen, reflection } = options.settings;
    const server = await startServer({ context, listen, certificates, reflection });
    operations.serving(certificates);
    const maintenance = maintenanceOf(options, journal);
    maintenance.start();
    const { nodeCount, daemonSetCount } = sizes(context);
    options.log.info(
      { port: server.port, revision: journal.nextRevision - 1, nodeCount, daemonSetCount },
      'coordinator ready',
    );
    return {
      port: server.port,
      operationsPort: operations.port,
      whenLost: leadership?.whenLost ?? NEVER,
      async stop() {
        operations.draining();
        try {
          await stop(context, source, server, maintenance);
        } finally {
          // Also where rows could not be written: a lead that is kept, or a port that is open, would hold others up.
          await ending();
          await operations.stop();
        }
      },
    };
  } catch (error) {
    source.close();
    await close(context);
    throw error;
  }
}

/** The last leader may need a moment to end, and the lock on the file says when it has. */
async function openAsLeader(options: CoordinatorOptions, leadership: Leadership | null): Promise<Journal> {
  const { clock, log } = options;
  for (;;) {
    try {
      return await openJournal(options);
    } catch (error) {
      const isInUse = error instanceof RollcallError && error.metadata['problem'] === 'in-use';
      if (leadership === null || !isInUse) throw error;
      if (!leadership.isLeading) throw new RollcallError('NOT_LEADER', `the lead was lost again: ${error.message}`);
      log.warn('the last leader still has the journal open; waiting for it to end');
      await new Promise<void>((resolve) => clock.after(JOURNAL_RETRY_MS, resolve));
    }
  }
}

async function openJournal({ settings, clock, onFatal, threads }: CoordinatorOptions): Promise<Journal> {
  const file = join(settings.data, JOURNAL_FILE);
  try {
    const journal = await Journal.open({ file, clock, onFatal, ...(threads && { threads }) });
    removeAbandonedCopies(file);
    return journal;
  } catch (error) {
    if (error instanceof JournalError) {
      throw new RollcallError('STORE_UNUSABLE', error.message, { metadata: { problem: error.reason } });
    }
    // What SQLite or JSON cannot read in a file that passed the checks was altered by somebody else.
    const isDamage = error instanceof SyntaxError || (error instanceof Error && error.name === 'SqliteError');
    if (!isDamage) throw error;
    throw new RollcallError(
      'STORE_UNUSABLE',
      `${file} is damaged (${error.message}); restore a copy, or name another folder with --data`,
    );
  }
}

function maintenanceOf({ settings, clock, log }: CoordinatorOptions, journal: Journal): JournalMaintenance {
  const { retainMs, retainBytes, headIntervalMs } = settings;
  const isPruned = retainMs !== undefined || retainBytes !== undefined;
  const retention = isPruned ? { retainMs, retainBytes } : null;
  return new JournalMaintenance({
    journal,
    clock,
    log,
    retention,
    headIntervalMs,
    publishers: [new LogHeadPublisher(log)],
  });
}

/** `null` where everything comes from files. */
async function apiServerOf(options: CoordinatorOptions): Promise<ApiServerClient | null> {
  const { settings, clock, version, environment = {} } = options;
  const { cluster, kubeconfig } = settings;
  if (cluster !== 'api-server') return null;
  const access =
    kubeconfig === undefined
      ? inClusterAccess({ environment, clock, otherwise: '--kubeconfig' })
      : await kubeconfigAccess({ path: kubeconfig });
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

function identitiesOf({ settings, clock }: CoordinatorOptions, client: ApiServerClient | null): Identities {
  const { plaintext, namespace, agentServiceAccount: name } = settings;
  if (plaintext) return NOBODY_ASKED;
  if (client === null) return provedIdentities(null);
  return provedIdentities(new KubernetesIdentities({ client, clock, agentServiceAccount: { namespace, name } }));
}

async function stop(
  context: CoordinatorContext,
  source: ClusterSource,
  server: RunningServer,
  maintenance: JournalMaintenance,
): Promise<void> {
  source.close();
  maintenance.stop();
  await server.stop();
  await close(context);
  await maintenance.publishHead();
  context.log.info({ revision: context.journal.durableRevision }, 'coordinator stopped');
}

/** Ends everything but the source and the server: no timer runs and nothing is journalled after it. */
async function close({
  sessions,
  authInterceptor,
  evaluator,
  historyQueries,
  journal,
}: CoordinatorContext): Promise<void> {
  sessions.stop();
  authInterceptor.close();
  evaluator.stop();
  await historyQueries.close();
  try {
    await journal.close();
  } catch (error) {
    throw error instanceof JournalError ? new RollcallError('STORE_STALLED', error.message) : error;
  }
}

function sizes({ evaluator }: CoordinatorContext): { nodeCount: number; daemonSetCount: number } {
  return { nodeCount: evaluator.table.nodeNames().length, daemonSetCount: evaluator.table.daemonSetKeys().length };
}
