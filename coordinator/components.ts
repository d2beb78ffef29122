/** Creates the components that the settings select: connections, sources, authentication and journal maintenance. */
import type { Logger } from 'pino';
import { inClusterAccess } from '../shared/api-server/access.ts';
import { ApiServerClient } from '../shared/api-server/api-server-client.ts';
import { kubeconfigAccess } from '../shared/api-server/kubeconfig-access.ts';
import type { Clock } from '../shared/clock.ts';
import { ApiServerSource } from './cluster/api-server-source.ts';
import type { ClusterSource } from './cluster/cluster-source.ts';
import { FolderSource } from './cluster/folder-source.ts';
import { type Authenticator, createAuthenticator, NO_AUTHENTICATION } from './identity/authenticator.ts';
import { KubernetesAuthenticator } from './identity/kubernetes/kubernetes-authenticator.ts';
import type { Journal } from './journal/journal.ts';
import { JournalMaintenance, LogHeadPublisher } from './journal/journal-maintenance.ts';
import { KubernetesLease } from './leadership/kubernetes-lease.ts';
import { Leadership, type LeadershipOptions } from './leadership/leadership.ts';
import type { CoordinatorSettings } from './settings.ts';
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
export async function createApiServerClient(options: ComponentOptions): Promise<ApiServerClient | null> {
  const { settings, clock, version, environment = {} } = options;
  const { cluster, kubeconfig } = settings;
  if (cluster !== 'api-server') return null;
  const access =
    kubeconfig === undefined
      ? inClusterAccess({ environment, clock, otherwise: '--kubeconfig' })
      : await kubeconfigAccess({ path: kubeconfig });
  return new ApiServerClient({ access, clock, userAgent: `rollcall-coordinator/${version}` });
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
