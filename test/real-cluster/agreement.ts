/**
 * Whether Rollcall and the built-in controller say the same of every DaemonSet: the numbers that Kubernetes
 * writes into a status against those that follow from Rollcall's verdict and its agent's pods, on the one node.
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

/** A node of the roll and every DaemonSet on it. */
export interface NodeAnswer {
  readonly placements: readonly Placement[];
}

export interface Placement {
  /** `namespace/name`. */
  readonly daemonSet: string;
  readonly verdict: string;
  readonly pods: readonly { readonly uid: string; readonly ready: boolean }[];
}

/** Waits until nothing differs, and returns what still does when patience ends. */
export async function disagreements(cluster: RealCluster, rollcall: RollcallInCluster): Promise<string[]> {
  return lastWord(() => differences(cluster, rollcall));
}

/** Asks until there is nothing to say any more; returns what was said last. */
export async function lastWord(ask: () => Promise<string[]>): Promise<string[]> {
  let said: string[] = [];
  const isSilent = async () => {
    said = await ask().catch((error: unknown) => [String(error)]);
    return said.length === 0;
  };
  await until('there is nothing to say', PATIENCE_MS, isSilent).catch(() => {});
  return said;
}

async function differences(cluster: RealCluster, rollcall: RollcallInCluster): Promise<string[]> {
  const [{ items }, { placements }] = await Promise.all([
    cluster.json<Listed>('get', 'daemonsets', '-A'),
    rollcall.ask<NodeAnswer>(`node/${cluster.node}`),
  ]);
  const theirs = new Set(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const unknown = placements.filter(({ daemonSet }) => !theirs.has(daemonSet));
  return [
    ...unknown.map(({ daemonSet }) => `${daemonSet}: Kubernetes does not have it`),
    ...items.flatMap((item) => differencesOf(item, placements)),
  ];
}

function differencesOf({ metadata, status }: Listed['items'][number], placements: readonly Placement[]): string[] {
  const key = `${metadata.namespace}/${metadata.name}`;
  const placement = placements.find(({ daemonSet }) => daemonSet === key);
  if (placement === undefined) return [`${key}: Rollcall does not have it`];
  if (status.observedGeneration !== metadata.generation) return [`${key}: Kubernetes has not looked at it yet`];
  const isDesired = placement.verdict === 'run';
  const isThere = placement.pods.length > 0;
  const ours = {
    desiredNumberScheduled: Number(isDesired),
    currentNumberScheduled: Number(isDesired && isThere),
    numberMisscheduled: Number(!isDesired && isThere),
  };
  return Object.entries(ours)
    .filter(([field, value]) => status[field as keyof typeof ours] !== value)
    .map(([field, value]) => `${key}: ${field} is ${status[field as keyof typeof ours]}, Rollcall's ${value}`);
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly uid: string; readonly ownerReferences?: { kind: string }[] };
  }[];
}

/** The uids of all daemon pods that the API server has, in order. */
export async function podsOfDaemons(cluster: RealCluster): Promise<string[]> {
  const { items } = await cluster.json<Pods>('get', 'pods', '-A');
  const owned = items.filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'));
  return owned.map(({ metadata }) => metadata.uid).toSorted();
}
