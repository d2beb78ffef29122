/** The leadership that the settings ask for. */
import type { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import type { CoordinatorSettings } from '../settings.ts';
import { KubernetesLease } from './kubernetes-lease.ts';
import { Leadership, type LeadershipOptions } from './leadership.ts';

/** RBAC in deploy/ lets the coordinator have this Lease and no other. */
const LEASE_NAME = 'rollcall-coordinator';

/** `null` where this coordinator need not be elected. */
export function leadershipOf(
  { leaderElection, namespace }: Pick<CoordinatorSettings, 'leaderElection' | 'namespace'>,
  client: ApiServerClient | null,
  options: Omit<LeadershipOptions, 'lease'>,
): Leadership | null {
  if (!leaderElection || client === null) return null;
  return new Leadership({ ...options, lease: new KubernetesLease(client, { namespace, name: LEASE_NAME }) });
}
