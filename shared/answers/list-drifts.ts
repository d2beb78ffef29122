/** Lists drifts by node, then by DaemonSet. */

import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { Drift } from '../model/drift.ts';
import type { Drift as WireDrift } from '../rpc/generated/rollcall/v1/Drift.ts';
import type { ListDriftsRequest__Output } from '../rpc/generated/rollcall/v1/ListDriftsRequest.ts';
import { driftToWire } from '../rpc/wire.ts';
import type { ListPage } from './list-page.ts';
import { daemonSetOf, isNamed, nodeOf } from './names.ts';
import { firstAfter, type PageToken, pageSize } from './paging.ts';

/** Reads nodes from where the previous page ended until the page is full. */
export async function listDrifts(
  request: ListDriftsRequest__Output,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
): Promise<ListPage<{ drifts: WireDrift[] }>> {
  const { daemonSet, nodeName } = request;
  const key = isNamed(daemonSet) ? (await daemonSetOf(daemonSet, snapshot)).key : null;
  const names = nodeName === '' ? await snapshot.nodeNames() : [(await nodeOf(nodeName, snapshot)).name];
  const size = pageSize(request);
  const found = new Map<string, Drift>();
  for await (const node of snapshot.nodes(namesFrom(names, last))) {
    for (const drift of node.drifts) {
      const place = placeOf(drift);
      if ((key === null || drift.daemonSet === key) && (last === null || place > last.lastKey)) found.set(place, drift);
    }
    if (found.size > size) break;
  }
  const places = [...found.keys()].sort();
  const page = places.slice(0, size);
  const drifts = page.flatMap((place) => found.get(place) ?? []).map(driftToWire);
  return { items: { drifts }, lastKey: places.length > size ? (page.at(-1) ?? '') : '' };
}

/** A node name contains no space and no character that sorts before it, so places sort by node. */
function placeOf({ node, daemonSet, kind, podName }: Drift): string {
  return `${node} ${daemonSet} ${kind} ${podName}`;
}

/** The node of the last drift of the previous page may have more drifts. */
function namesFrom(names: readonly string[], last: PageToken | null): readonly string[] {
  if (last === null) return names;
  const [node = ''] = last.lastKey.split(' ', 1);
  const next = firstAfter(names, node);
  return names.slice(names[next - 1] === node ? next - 1 : next);
}
