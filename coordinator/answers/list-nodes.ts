/** Nodes of the roll, each with what it is and how it stands. */
import type { GetNodeRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetNodeRequest.ts';
import type { ListNodesRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesRequest.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { ListPage } from './list-page.ts';
import { nodeOf } from './names.ts';
import { type PageToken, pageOfKeys } from './paging.ts';
import type { Roll } from './cluster-snapshot.ts';
import { nodeView } from './messages.ts';

export async function listNodes(
  request: ListNodesRequest__Output,
  roll: Roll,
  last: PageToken | null,
): Promise<ListPage<{ nodes: AsyncIterable<Node> }>> {
  const { items, lastKey } = pageOfKeys(await roll.nodeNames(), request, last);
  return { items: { nodes: nodeViews(roll, items) }, lastKey };
}

async function* nodeViews(roll: Roll, names: readonly string[]): AsyncGenerator<Node> {
  for await (const node of roll.nodes(names)) yield nodeView(node);
}

export async function getNode({ nodeName }: GetNodeRequest__Output, roll: Roll) {
  return { node: nodeView(await nodeOf(nodeName, roll)) };
}
