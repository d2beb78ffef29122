/** docs/cli.md documents every field of the output of `-o json`. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { DAEMON_SETS, DRIFTS, EVENTS, EXPLANATION, NODES, PLACEMENTS, STATUS } from './cluster-data.ts';
import { runCli } from './run-cli.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const shapes = page.slice(page.indexOf('## JSON and YAML'));

let server: FakeQueryServer;

beforeAll(async () => {
  server = await FakeQueryServer.start({
    GetStatus: () => ({ ...STATUS, counters: {} }),
    ListDaemonSets: () => ({ daemonSets: DAEMON_SETS }),
    ListNodes: () => ({ nodes: NODES }),
    ListAgents: () => ({ agents: [{ node: { name: 'gpu-1' } }] }),
    ListDrifts: () => ({ drifts: DRIFTS }),
    GetDaemonSet: () => ({ daemonSet: DAEMON_SETS[0] }),
    GetNode: () => ({ node: NODES[0] }),
    ListPlacements: () => ({ placements: PLACEMENTS }),
    ListEvents: () => ({ events: EVENTS }),
    ExplainPlacement: () => EXPLANATION,
  });
});

afterAll(() => server.stop());

it.each([
  'status',
  'status daemonset/fluentd',
  'daemonset/fluentd',
  'node/gpu-1',
  'why daemonset/fluentd node/gpu-1',
  'daemonsets',
  'nodes',
  'agents',
  'drift',
  'history',
])('every field of %s is documented', async (line) => {
  const { stdout } = await runCli([...line.split(' '), '-o', 'json', '--server', server.address]);
  const fields = [...fieldsOf(JSON.parse(stdout))];
  expect(fields.length).toBeGreaterThan(4);
  expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(shapes))).toEqual([]);
});

/** The keys below these fields are names, or come from Kubernetes. */
const OPAQUE = new Set(['labels', 'taints', 'conditions', 'versions', 'counters']);

function* fieldsOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    if (!Array.isArray(value)) yield key;
    if (!OPAQUE.has(key)) yield* fieldsOf(field);
  }
}
