/** Nodes of the roll, each with what it is and how it stands. */
import type { GetNodeRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetNodeRequest.ts';
import type { ListNodesRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesRequest.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import type { ListPage } from './list-page.ts';
import { nodeView } from './messages.ts';
import { nodeOf } from './names.ts';
import { type PageToken, pageOfKeys } from './paging.ts';

export async function listNodes(
  request: ListNodesRequest__Output,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
): Promise<ListPage<{ nodes: AsyncIterable<Node> }>> {
  const { items, lastKey } = pageOfKeys(await snapshot.nodeNames(), request, last);
  return { items: { nodes: nodeViews(snapshot, items) }, lastKey };
}

async function* nodeViews(snapshot: ClusterSnapshot, names: readonly string[]): AsyncGenerator<Node> {
  for await (const node of snapshot.nodes(names)) yield nodeView(node);
}

export async function getNode({ nodeName }: GetNodeRequest__Output, snapshot: ClusterSnapshot) {
  return { node: nodeView(await nodeOf(nodeName, snapshot)) };
}
