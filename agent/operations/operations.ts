/**
 * The operations port of the agent: probes and metrics. An agent is ready when it has observed its node and was connected
 * to the coordinator once. It remains ready when it loses the connection; otherwise all agents of a cluster would become
 * unready when the coordinator restarts.
 */
import type { Logger } from '../../shared/logging.ts';
import { AGENT_METRICS } from '../../shared/operations/metric-catalogue.ts';
import { MetricRegistry } from '../../shared/operations/metric-registry.ts';
import { type OperationsServer, startOperationsServer } from '../../shared/operations/operations-server.ts';
import { readProcess } from '../../shared/operations/process-metrics.ts';
import { Readiness } from '../../shared/operations/readiness.ts';
import { sourceEndSamples, sourceSamples } from '../../shared/operations/source-samples.ts';
import type { Address } from '../../shared/settings/address.ts';
import type { AgentStatus } from '../agent.ts';
import type { Observer } from '../observe/observer.ts';

export type AgentMetrics = MetricRegistry<keyof typeof AGENT_METRICS>;

export interface AgentOperationsOptions {
  readonly listen: Address;
  readonly agent: { readonly status: AgentStatus };
  readonly observer: Pick<Observer, 'counts'>;
  readonly version: string;
  readonly log: Logger;
}

/** @throws RollcallError ARGUMENT_INVALID if the address is not available. */
export async function startAgentOperations(options: AgentOperationsOptions): Promise<OperationsServer> {
  const { listen, agent, observer, version, log } = options;
  const readiness = new Readiness();
  readiness.addCheck(() => (agent.status.isObserved ? null : notObserved(agent.status)));
  readiness.addCheck(() => (agent.status.everConnected ? null : 'the agent has not connected to the coordinator yet'));
  const metrics: AgentMetrics = new MetricRegistry(AGENT_METRICS);
  readProcess(metrics, { version, readiness });
  readAgent(metrics, agent);
  readSource(metrics, observer);
  const server = await startOperationsServer({ listen, readiness, metrics, log });
  log.info({ port: server.port }, 'listening on the operations port');
  return server;
}

function notObserved({ problem }: AgentStatus): string {
  return problem === '' ? 'the node has not been observed yet' : `the node cannot be observed: ${problem}`;
}

function readAgent(metrics: AgentMetrics, agent: AgentOperationsOptions['agent']): void {
  metrics.readValue('rollcall_agent_connected', () => Number(agent.status.isConnected));
  metrics.readValue('rollcall_agent_assignments', () => agent.status.assignmentCount);
  metrics.readValue('rollcall_agent_source_problem', () => Number(agent.status.problem !== ''));
  metrics.read('rollcall_agent_drifts', () => {
    const counts = new Map<string, number>();
    for (const { kind } of agent.status.drifts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].map(([kind, value]) => ({ labels: { kind }, value }));
  });
}

/** Has no samples if the node is read from a file. */
function readSource(metrics: AgentMetrics, observer: AgentOperationsOptions['observer']): void {
  metrics.read('rollcall_agent_source_lists_total', () => sourceSamples(observer.counts(), 'lists'));
  metrics.read('rollcall_agent_source_events_total', () => sourceSamples(observer.counts(), 'events'));
  metrics.read('rollcall_agent_source_ends_total', () => sourceEndSamples(observer.counts()));
}
