/** Lists placements by DaemonSet, then by node. */

import type { CooperativeScheduler } from '../cooperative-scheduler.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { ListPlacementsRequest__Output } from '../rpc/generated/rollcall/v1/ListPlacementsRequest.ts';
import type { PlacementState } from '../rpc/generated/rollcall/v1/PlacementState.ts';
import type { ListPage } from './list-page.ts';
import { daemonSetOf, isNamed, nodeOf } from './names.ts';
import { firstAfter, type PageToken, pageSize } from './paging.ts';
import { placementStateToWire } from './to-wire.ts';

export async function listPlacements(
  request: ListPlacementsRequest__Output,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
  { scheduler }: { readonly scheduler: CooperativeScheduler },
): Promise<ListPage<{ placements: AsyncIterable<PlacementState> }>> {
  const { daemonSet, nodeName } = request;
  const named = isNamed(daemonSet)
    ? [await daemonSetOf(daemonSet, snapshot)]
    : [...(await snapshot.daemonSets()).values()];
  const placed = named.filter((one) => one.placed !== null);
  const names = nodeName === '' ? await snapshot.nodeNames() : [(await nodeOf(nodeName, snapshot)).name];
  const { pairs, lastKey } = pageOfPairs(placed, names, pageSize(request), last);
  const nodes = new Map<string, NodeSnapshot>();
  for await (const node of snapshot.nodes([...new Set(pairs.map(({ name }) => name))])) nodes.set(node.name, node);
  return { items: { placements: placementStatesToWire(scheduler.each(pairs), nodes) }, lastKey };
}

async function* placementStatesToWire(
  pairs: AsyncIterable<NamedPair>,
  nodes: ReadonlyMap<string, NodeSnapshot>,
): AsyncGenerator<PlacementState> {
  for await (const { one, name } of pairs) {
    const node = nodes.get(name);
    const placement = node === undefined ? null : placementStateToWire(node, one);
    if (placement !== null) yield placement;
  }
}

interface NamedPair {
  readonly one: DaemonSetSnapshot;
  readonly name: string;
}

/** Computes the position of the page instead of building all pairs, which can be half a million. */
function pageOfPairs(
  daemonSets: readonly DaemonSetSnapshot[],
  names: readonly string[],
  size: number,
  last: PageToken | null,
): { pairs: NamedPair[]; lastKey: string } {
  const total = daemonSets.length * names.length;
  const start = last === null ? 0 : startAfter(daemonSets, names, last.lastKey);
  const pairs: NamedPair[] = [];
  for (let index = start; index < Math.min(total, start + size); index++) {
    const one = daemonSets[Math.floor(index / names.length)];
    const name = names[index % names.length];
    if (one !== undefined && name !== undefined) pairs.push({ one, name });
  }
  const end = pairs.at(-1);
  return { pairs, lastKey: end !== undefined && start + size < total ? `${end.one.key} ${end.name}` : '' };
}

function startAfter(daemonSets: readonly DaemonSetSnapshot[], names: readonly string[], lastKey: string): number {
  const space = lastKey.indexOf(' ');
  const [key, name] = [lastKey.slice(0, space), lastKey.slice(space + 1)];
  const keys = daemonSets.map((one) => one.key);
  const next = firstAfter(keys, key);
  // If the DaemonSet of the last pair was removed, the page begins with the first node of the next DaemonSet.
  return keys[next - 1] === key ? (next - 1) * names.length + firstAfter(names, name) : next * names.length;
}
