/**
 * Compares Rollcall with the built-in controller for every DaemonSet: the counters in the status of the DaemonSet
 * with those that follow from Rollcall's verdict and the pods that the agent reports, on the only node.
 */
import { until } from '../api-server/until.ts';
import { PATIENCE_MS, type RealCluster } from './real-cluster.ts';
import type { RollcallInCluster } from './rollcall-in-cluster.ts';

interface Status {
  readonly observedGeneration?: number;
  readonly desiredNumberScheduled: number;
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
}

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string; readonly generation: number };
    readonly status: Status;
  }[];
}

/** A node of the inventory and every DaemonSet on it. */
export interface NodeAnswer {
  readonly placements: readonly Placement[];
}

export interface Placement {
  /** `namespace/name`. */
  readonly daemonSet: string;
  readonly verdict: string;
  readonly pods: readonly { readonly uid: string; readonly ready: boolean }[];
}

/** Waits until nothing differs; returns the remaining differences after the timeout. */
export async function differencesFromKubernetes(cluster: RealCluster, rollcall: RollcallInCluster): Promise<string[]> {
  return waitUntilEmpty(() => differences(cluster, rollcall));
}

/** Calls `find` until it returns nothing; returns its last result after the timeout. */
export async function waitUntilEmpty(find: () => Promise<string[]>): Promise<string[]> {
  let found: string[] = [];
  const isEmpty = async () => {
    found = await find().catch((error: unknown) => [String(error)]);
    return found.length === 0;
  };
  await until('no difference remains', PATIENCE_MS, isEmpty).catch(() => {});
  return found;
}

async function differences(cluster: RealCluster, rollcall: RollcallInCluster): Promise<string[]> {
  const [{ items }, { placements }] = await Promise.all([
    cluster.json<Listed>('get', 'daemonsets', '-A'),
    rollcall.ask<NodeAnswer>(`node/${cluster.node}`),
  ]);
  const inKubernetes = new Set(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const unknown = placements.filter(({ daemonSet }) => !inKubernetes.has(daemonSet));
  return [
    ...unknown.map(({ daemonSet }) => `${daemonSet}: unknown to Kubernetes`),
    ...items.flatMap((item) => differencesOf(item, placements)),
  ];
}

function differencesOf({ metadata, status }: Listed['items'][number], placements: readonly Placement[]): string[] {
  const key = `${metadata.namespace}/${metadata.name}`;
  const placement = placements.find(({ daemonSet }) => daemonSet === key);
  if (placement === undefined) return [`${key}: unknown to Rollcall`];
  if (status.observedGeneration !== metadata.generation) return [`${key}: not yet observed by the controller`];
  const isDesired = placement.verdict === 'run';
  const hasPod = placement.pods.length > 0;
  const expected = {
    desiredNumberScheduled: Number(isDesired),
    currentNumberScheduled: Number(isDesired && hasPod),
    numberMisscheduled: Number(!isDesired && hasPod),
  };
  return Object.entries(expected)
    .filter(([field, value]) => status[field as keyof typeof expected] !== value)
    .map(
      ([field, value]) =>
        `${key}: ${field} is ${status[field as keyof typeof expected]}, but ${value} according to Rollcall`,
    );
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly uid: string; readonly ownerReferences?: { kind: string }[] };
  }[];
}

/** The sorted UIDs of all daemon pods at the API server. */
export async function daemonPodUids(cluster: RealCluster): Promise<string[]> {
  const { items } = await cluster.json<Pods>('get', 'pods', '-A');
  const owned = items.filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'));
  return owned.map(({ metadata }) => metadata.uid).toSorted();
}
