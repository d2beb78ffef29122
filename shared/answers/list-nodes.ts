/** Lists nodes with their facts and counts. */

import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { GetNodeRequest__Output } from '../rpc/generated/rollcall/v1/GetNodeRequest.ts';
import type { ListNodesRequest__Output } from '../rpc/generated/rollcall/v1/ListNodesRequest.ts';
import type { Node } from '../rpc/generated/rollcall/v1/Node.ts';
import { countNode } from './counts.ts';
import type { ListPage } from './list-page.ts';
import { nodeOf } from './names.ts';
import { type PageToken, pageOfKeys } from './paging.ts';
import { nodeToWire } from './to-wire.ts';

export async function listNodes(
  request: ListNodesRequest__Output,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
): Promise<ListPage<{ nodes: AsyncIterable<Node> }>> {
  const { items, lastKey } = pageOfKeys(await snapshot.nodeNames(), request, last);
  return { items: { nodes: nodesToWire(snapshot, items) }, lastKey };
}

async function* nodesToWire(snapshot: ClusterSnapshot, names: readonly string[]): AsyncGenerator<Node> {
  const counting = { known: await snapshot.daemonSets(), moment: snapshot.asOf };
  for await (const node of snapshot.nodes(names)) yield nodeToWire(node, countNode(node, counting));
}

export async function getNode({ nodeName }: GetNodeRequest__Output, snapshot: ClusterSnapshot) {
  const node = await nodeOf(nodeName, snapshot);
  return { node: nodeToWire(node, countNode(node, { known: await snapshot.daemonSets(), moment: snapshot.asOf })) };
}
