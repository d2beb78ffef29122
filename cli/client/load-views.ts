/**
 * Asks for all that one screen shows: the whole roll, one DaemonSet, one node. The parts may be a
 * moment apart, because the roll moves on while it is read.
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

export async function loadDaemonSetStatus(coordinator: QueryClient, asked: DaemonSetRef): Promise<DaemonSetStatusView> {
  const [daemonSet, drifts] = await Promise.all([
    coordinator.getDaemonSet(asked),
    coordinator.listDrifts({ daemonSet: asked }),
  ]);
  return { daemonSet: daemonSetView(daemonSet), drifts: drifts.map(driftView) };
}

export async function loadDaemonSet(coordinator: QueryClient, asked: DaemonSetRef): Promise<DaemonSetDetailView> {
  const [daemonSet, placements] = await Promise.all([
    coordinator.getDaemonSet(asked),
    coordinator.listPlacements({ daemonSet: asked }),
  ]);
  return { daemonSet: daemonSetView(daemonSet), placements: placements.map(placementView) };
}

export async function loadNode(coordinator: QueryClient, nodeName: string): Promise<NodeDetailView> {
  const [node, placements] = await Promise.all([
    coordinator.getNode(nodeName),
    coordinator.listPlacements({ nodeName }),
  ]);
  return { node: nodeView(node), placements: placements.map(placementView) };
}

/** The nodes whose agents do not answer, and when these were last seen. */
export async function loadSilentNodes(coordinator: QueryClient): Promise<ReadonlyMap<string, string | null>> {
  const silent = (await loadPresences(coordinator)).filter(({ presence }) => presence !== 'present');
  return new Map(silent.map(({ node, lastSeenTime }) => [node, lastSeenTime]));
}

/** Sessions say it shortest; of the past, there are only the nodes. */
async function loadPresences(
  coordinator: QueryClient,
): Promise<readonly Pick<AgentView, 'node' | 'presence' | 'lastSeenTime'>[]> {
  if (!coordinator.asksAboutThePast) return (await coordinator.listAgents()).map(agentView);
  return (await coordinator.listNodes()).map(nodeView).map(({ name, ...rest }) => ({ node: name, ...rest }));
}
