/** Lists DaemonSets with the counts of their nodes. */

import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { DaemonSet } from '../rpc/generated/rollcall/v1/DaemonSet.ts';
import type { GetDaemonSetRequest__Output } from '../rpc/generated/rollcall/v1/GetDaemonSetRequest.ts';
import type { ListDaemonSetsRequest__Output } from '../rpc/generated/rollcall/v1/ListDaemonSetsRequest.ts';
import type { ListPage } from './list-page.ts';
import { daemonSetOf } from './names.ts';
import { type PageToken, pageOfKeys } from './paging.ts';
import { daemonSetToWire } from './to-wire.ts';

export async function listDaemonSets(
  request: ListDaemonSetsRequest__Output,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
): Promise<ListPage<{ daemonSets: DaemonSet[] }>> {
  const known = await snapshot.daemonSets();
  const { items, lastKey } = pageOfKeys([...known.keys()], request, last);
  const counts = (await snapshot.tally(items)).daemonSets;
  const daemonSets = items
    .flatMap((key) => known.get(key) ?? [])
    .map((one) => daemonSetToWire(one, counts.get(one.key)));
  return { items: { daemonSets }, lastKey };
}

export async function getDaemonSet({ daemonSet: ref }: GetDaemonSetRequest__Output, snapshot: ClusterSnapshot) {
  const daemonSet = await daemonSetOf(ref, snapshot);
  const counts = (await snapshot.tally([daemonSet.key])).daemonSets;
  return { daemonSet: daemonSetToWire(daemonSet, counts.get(daemonSet.key)) };
}
