/** The options `--daemonset` and `--node`, which select placements and events. */
import { Option } from 'commander';
import type { QueryClient } from '../client/query-client.ts';
import { parseDaemonSetName, parseNodeName } from '../resource-name.ts';

export function daemonSetOption(): Option {
  return new Option('--daemonset <name>', 'Show only this DaemonSet, specified as NAME or NAMESPACE/NAME');
}

export function nodeOption(): Option {
  return new Option('--node <name>', 'Show only this node');
}

export interface PairOptions {
  readonly daemonset?: string;
  readonly node?: string;
}

/** The filter of a request. @throws UsageError */
export function pairFilter({ daemonset, node }: PairOptions, namespace: string) {
  return {
    ...(daemonset !== undefined && { daemonSet: parseDaemonSetName(daemonset, namespace) }),
    ...(node !== undefined && { nodeName: parseNodeName(node).name }),
  };
}

/** @throws RollcallError for a DaemonSet or a node that the coordinator does not know */
export async function checkNames(
  coordinator: QueryClient,
  { nodeName, daemonSet }: ReturnType<typeof pairFilter>,
): Promise<void> {
  if (nodeName !== undefined) await coordinator.getNode(nodeName);
  if (daemonSet !== undefined) await coordinator.getDaemonSet(daemonSet);
}
