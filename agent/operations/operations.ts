/**
 * The agent as whoever operates it sees it. Ready means: it knows its node and has spoken with the
 * coordinator once. An agent that loses the coordinator stays ready, because it works on; the alternative
 * would turn every agent of a cluster unready whenever a coordinator restarts.
 */
import type { Logger } from '../../shared/logging.ts';
import { AGENT_METRICS } from '../../shared/operations/metric-catalogue.ts';
import { MetricRegistry } from '../../shared/operations/metric-registry.ts';
import { type OperationsServer, startOperationsServer } from '../../shared/operations/operations-server.ts';
import { readProcess } from '../../shared/operations/process-metrics.ts';
import { Readiness } from '../../shared/operations/readiness.ts';
import { sourceEndSamples, sourceSamples } from '../../shared/operations/source-samples.ts';
import type { Address } from '../../shared/settings/address.ts';
import type { AgentStanding } from '../agent.ts';
import type { Observer } from '../observe/observer.ts';

export type AgentMetrics = MetricRegistry<keyof typeof AGENT_METRICS>;

export interface AgentOperationsOptions {
  readonly listen: Address;
  readonly agent: { readonly standing: AgentStanding };
  readonly observer: Pick<Observer, 'counts'>;
  readonly version: string;
  readonly log: Logger;
}

/** @throws RollcallError ARGUMENT_INVALID where the address cannot be listened on. */
export async function startAgentOperations(options: AgentOperationsOptions): Promise<OperationsServer> {
  const { listen, agent, observer, version, log } = options;
  const readiness = new Readiness();
  readiness.addCheck(() => (agent.standing.isObserved ? null : notObserved(agent.standing)));
  readiness.addCheck(() => (agent.standing.everConnected ? null : 'the coordinator has not answered yet'));
  const metrics: AgentMetrics = new MetricRegistry(AGENT_METRICS);
  readProcess(metrics, { version, readiness });
  readAgent(metrics, agent);
  readSource(metrics, observer);
  const server = await startOperationsServer({ listen, readiness, metrics, log });
  log.info({ port: server.port }, 'operations port open');
  return server;
}

function notObserved({ problem }: AgentStanding): string {
  return problem === '' ? 'the node has not been observed yet' : `the node cannot be observed: ${problem}`;
}

function readAgent(metrics: AgentMetrics, agent: AgentOperationsOptions['agent']): void {
  metrics.readValue('rollcall_agent_connected', () => Number(agent.standing.isConnected));
  metrics.readValue('rollcall_agent_assignments', () => agent.standing.assignmentCount);
  metrics.readValue('rollcall_agent_source_problem', () => Number(agent.standing.problem !== ''));
  metrics.read('rollcall_agent_drifts', () => {
    const counts = new Map<string, number>();
    for (const { kind } of agent.standing.drifts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].map(([kind, value]) => ({ labels: { kind }, value }));
  });
}

/** Nothing where the node is a file: there is nothing to list or watch. */
function readSource(metrics: AgentMetrics, observer: AgentOperationsOptions['observer']): void {
  metrics.read('rollcall_agent_source_lists_total', () => sourceSamples(observer.counts(), 'lists'));
  metrics.read('rollcall_agent_source_events_total', () => sourceSamples(observer.counts(), 'events'));
  metrics.read('rollcall_agent_source_ends_total', () => sourceEndSamples(observer.counts()));
}
