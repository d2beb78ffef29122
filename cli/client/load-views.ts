/**
 * Loads everything that one screen shows: the cluster, a DaemonSet or a node. The parts may differ by a moment,
 * because the cluster changes while they are read.
 */
import type { DaemonSetRef } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetView } from '../view/daemon-set-view.ts';
import { type AgentView, agentView, nodeView } from '../view/node-view.ts';
import { driftView, placementView } from '../view/placement-view.ts';
import {
  type ClusterView,
  type DaemonSetDetailView,
  type DaemonSetStatusView,
  type NodeDetailView,
  statusView,
} from '../view/status-view.ts';
import type { QueryClient } from './query-client.ts';

export async function loadStatus(coordinator: QueryClient): Promise<ClusterView> {
  const [status, daemonSets, nodes, drifts] = await Promise.all([
    coordinator.getStatus(),
    coordinator.listDaemonSets(),
    coordinator.listNodes(),
    coordinator.listDrifts({}),
  ]);
  return {
    status: statusView(status),
    daemonSets: daemonSets.map(daemonSetView),
    nodes: nodes.map(nodeView),
    drifts: drifts.map(driftView),
  };
}

export async function loadDaemonSetStatus(
  coordinator: QueryClient,
  daemonSet: DaemonSetRef,
): Promise<DaemonSetStatusView> {
  const [loaded, drifts] = await Promise.all([
    coordinator.getDaemonSet(daemonSet),
    coordinator.listDrifts({ daemonSet }),
  ]);
  return { daemonSet: daemonSetView(loaded), drifts: drifts.map(driftView) };
}

export async function loadDaemonSet(coordinator: QueryClient, daemonSet: DaemonSetRef): Promise<DaemonSetDetailView> {
  const [loaded, placements] = await Promise.all([
    coordinator.getDaemonSet(daemonSet),
    coordinator.listPlacements({ daemonSet }),
  ]);
  return { daemonSet: daemonSetView(loaded), placements: placements.map(placementView) };
}

export async function loadNode(coordinator: QueryClient, nodeName: string): Promise<NodeDetailView> {
  const [node, placements] = await Promise.all([
    coordinator.getNode(nodeName),
    coordinator.listPlacements({ nodeName }),
  ]);
  return { node: nodeView(node), placements: placements.map(placementView) };
}

/** The nodes whose agents are not present, and when each agent was last seen. */
export async function loadSilentNodes(coordinator: QueryClient): Promise<ReadonlyMap<string, string | null>> {
  const silent = (await loadPresences(coordinator)).filter(({ presence }) => presence !== 'present');
  return new Map(silent.map(({ node, lastSeenTime }) => [node, lastSeenTime]));
}

/** Sessions are the smallest source; for the past only nodes are available. */
async function loadPresences(
  coordinator: QueryClient,
): Promise<readonly Pick<AgentView, 'node' | 'presence' | 'lastSeenTime'>[]> {
  if (!coordinator.isPast) return (await coordinator.listAgents()).map(agentView);
  return (await coordinator.listNodes()).map(nodeView).map(({ name, ...rest }) => ({ node: name, ...rest }));
}
