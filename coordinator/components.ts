/** Creates the components that the settings select: connections, sources, authentication and journal maintenance. */
import type { Logger } from 'pino';
import { inClusterAccess } from '../shared/api-server/access.ts';
import { ApiServerClient } from '../shared/api-server/api-server-client.ts';
import type { ApiServerOptions } from '../shared/api-server/api-server-reader.ts';
import { kubeconfigAccess } from '../shared/api-server/kubeconfig-access.ts';
import type { Clock } from '../shared/clock.ts';
import { ApiServerSource } from './cluster/api-server-source.ts';
import type { ClusterSource } from './cluster/cluster-source.ts';
import { FolderSource } from './cluster/folder-source.ts';
import { ApiServerClusterWriter } from './enactment/api-server-cluster-writer.ts';
import { FencedClusterWriter } from './enactment/fenced-cluster-writer.ts';
import { Owner, type OwnerState } from './enactment/owner.ts';
import { type Authenticator, createAuthenticator, NO_AUTHENTICATION } from './identity/authenticator.ts';
import { KubernetesAuthenticator } from './identity/kubernetes/kubernetes-authenticator.ts';
import type { Journal } from './journal/journal.ts';
import { JournalMaintenance, LogHeadPublisher } from './journal/journal-maintenance.ts';
import { KubernetesLease } from './leadership/kubernetes-lease.ts';
import { Leadership, type LeadershipOptions } from './leadership/leadership.ts';
import { type CoordinatorSettings, excludedNamespaces } from './settings.ts';
import { ServerCertificates } from './tls/server-certificates.ts';

/** The Role in deploy/ allows the coordinator to write this Lease and no other. */
const LEASE_NAME = 'rollcall-coordinator';

export interface ComponentOptions {
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly version: string;
  /** Names the API server for a coordinator that runs in a pod. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** `null` without `--tls-certificate`. @throws RollcallError CREDENTIALS_UNUSABLE */
export function createServerCertificates({ settings, clock, log }: ComponentOptions): ServerCertificates | null {
  const { tlsCertificate: certificate, tlsKey: key, tlsClientCa: clientCa, tlsClientCrl: clientCrl } = settings;
  if (certificate === undefined || key === undefined) return null;
  return new ServerCertificates({ files: { certificate, key, clientCa, clientCrl }, clock, log });
}

/** `null` with `--cluster files`. @throws RollcallError if the kubeconfig or the pod's credentials cannot be read */
export async function readApiServerAccess(options: ComponentOptions): Promise<ApiServerOptions | null> {
  const { settings, clock, version, environment = {} } = options;
  const { cluster, kubeconfig } = settings;
  if (cluster !== 'api-server') return null;
  const access =
    kubeconfig === undefined
      ? inClusterAccess({ environment, clock, otherwise: '--kubeconfig' })
      : await kubeconfigAccess({ path: kubeconfig });
  return { access, clock, userAgent: `rollcall-coordinator/${version}` };
}

export function createApiServerClient(apiServer: ApiServerOptions | null): ApiServerClient | null {
  return apiServer === null ? null : new ApiServerClient(apiServer);
}

/** What acts on the cluster; `null` without `--own`. */
export function createOwner(
  options: ComponentOptions & { readonly randomId: () => string },
  connections: { readonly apiServer: ApiServerOptions | null; readonly client: ApiServerClient | null },
  state: OwnerState,
): Owner | null {
  const { settings } = options;
  const { apiServer, client } = connections;
  if (!settings.own || apiServer === null || client === null) return null;
  const unfenced = new ApiServerClusterWriter(apiServer);
  return new Owner({
    ...options,
    ...state,
    writer: new FencedClusterWriter(unfenced, state.leadership),
    reader: client,
    closeWriter: () => unfenced.close(),
    namespace: settings.namespace,
    rate: { perSecond: settings.ownWritesPerSecond, burst: settings.ownWriteBurst },
    isDryRun: settings.dryRun,
    excludedNamespaces: excludedNamespaces(settings.ownExcludeNamespaces),
  });
}

/** `null` without `--leader-election`. */
export function createLeadership(
  { leaderElection, namespace }: Pick<CoordinatorSettings, 'leaderElection' | 'namespace'>,
  client: ApiServerClient | null,
  options: Omit<LeadershipOptions, 'lease'>,
): Leadership | null {
  if (!leaderElection || client === null) return null;
  return new Leadership({ ...options, lease: new KubernetesLease(client, { namespace, name: LEASE_NAME }) });
}

export function createClusterSource(options: ComponentOptions, client: ApiServerClient | null): ClusterSource {
  const { settings, log, clock, random } = options;
  if (client !== null) return new ApiServerSource({ reader: client, clock, random, log });
  const { daemonsets = null, nodes = null } = settings;
  return new FolderSource({ daemonSets: daemonsets, nodes, log, clock });
}

export function selectAuthenticator(
  { settings, clock }: ComponentOptions,
  client: ApiServerClient | null,
): Authenticator {
  const { plaintext, namespace, agentServiceAccount: name } = settings;
  if (plaintext) return NO_AUTHENTICATION;
  if (client === null) return createAuthenticator(null);
  return createAuthenticator(new KubernetesAuthenticator({ client, clock, agentServiceAccount: { namespace, name } }));
}

export function createMaintenance({ settings, clock, log }: ComponentOptions, journal: Journal): JournalMaintenance {
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
