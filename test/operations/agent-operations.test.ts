/** The operations port of an agent. */
import { expect, it, onTestFinished } from 'vitest';
import { startAgentOperations } from '../../agent/operations/operations.ts';
import { noCounts } from '../../shared/api-server/list-watch.ts';
import { createLogger } from '../../shared/logging.ts';
import { AGENT_METRICS } from '../../shared/operations/metric-catalogue.ts';

const status = {
  isObserved: true,
  problem: '',
  isConnected: true,
  everConnected: true,
  assignmentCount: 3,
  drifts: [],
};

it('serves exactly the metrics of the catalogue, including lists and watches', async () => {
  const nodes = noCounts();
  nodes.lists = 2;
  nodes.events = 40;
  nodes.ends.expired = 1;
  const server = await startAgentOperations({
    listen: { host: '127.0.0.1', port: 0 },
    agent: { status },
    observer: { counts: () => ({ nodes, pods: noCounts() }) },
    version: '1.2.3',
    log: createLogger({ program: 'test', level: 'silent', format: 'json' }),
  });
  onTestFinished(() => server.stop());
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const served = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  expect(served.toSorted()).toEqual(Object.keys(AGENT_METRICS).toSorted());
  expect(text).toContain('rollcall_agent_assignments 3');
  expect(text).toContain('rollcall_agent_source_lists_total{collection="nodes"} 2');
  expect(text).toContain('rollcall_agent_source_events_total{collection="nodes"} 40');
  expect(text).toContain('rollcall_agent_source_ends_total{collection="nodes",end="expired"} 1');
  expect(text).toContain('rollcall_agent_source_lists_total{collection="pods"} 0');
});
