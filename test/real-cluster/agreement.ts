/**
 * Whether Rollcall and the built-in controller say the same of every DaemonSet: the numbers that Kubernetes
 * writes into a status against those that follow from Rollcall's verdicts and its agents' pods.
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

interface Placed {
  readonly placements: readonly { readonly verdict: string; readonly pods: readonly unknown[] }[];
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
  const { items } = await cluster.json<Listed>('get', 'daemonsets', '-A');
  const known = await rollcall.ask<{ namespace: string; name: string }[]>('daemonsets');
  const names = (list: readonly { namespace: string; name: string }[]) =>
    list
      .map(({ namespace, name }) => `${namespace}/${name}`)
      .toSorted((one, other) => one.localeCompare(other))
      .join(' ');
  const [theirs, ours] = [names(items.map(({ metadata }) => metadata)), names(known)];
  if (theirs !== ours) return [`DaemonSets: Kubernetes has ${theirs}, Rollcall ${ours}`];
  return (await Promise.all(items.map((item) => differencesOf(item, rollcall)))).flat();
}

async function differencesOf({ metadata, status }: Listed['items'][number], rollcall: RollcallInCluster) {
  const { namespace, name, generation } = metadata;
  if (status.observedGeneration !== generation) return [`${namespace}/${name}: Kubernetes has not looked at it yet`];
  const { placements } = await rollcall.ask<Placed>(`daemonset/${name}`, '-n', namespace);
  const wanted = placements.filter(({ verdict }) => verdict === 'run');
  const withPods = (list: Placed['placements']) => list.filter(({ pods }) => pods.length > 0).length;
  const ours = {
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: withPods(wanted),
    numberMisscheduled: withPods(placements.filter(({ verdict }) => verdict !== 'run')),
  };
  return Object.entries(ours)
    .filter(([field, value]) => status[field as keyof typeof ours] !== value)
    .map(
      ([field, value]) =>
        `${namespace}/${name}: ${field} is ${status[field as keyof typeof ours]}, Rollcall's ${value}`,
    );
}
