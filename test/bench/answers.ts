/**
 * How long a coordinator with 5,000 nodes and 100 DaemonSets takes to answer each query, including all pages, and how long
 * the query blocks its event loop. large-cluster.ts creates the cluster.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventLoopMonitor, formatBlock } from './event-loop-monitor.ts';
import { applyDaemonSet, type LargeCluster, startLargeCluster } from './large-cluster.ts';
import type { BenchQuery, CallTiming } from './query-client-thread.ts';
import type { BenchResult } from './result.ts';

const BLOCK_GOAL_MS = 20;
/** Half of the CLI's default request timeout. */
const REQUEST_GOAL_MS = 5_000;
/** Page size of the CLI. */
const PAGE = 1_000;

export async function run(): Promise<BenchResult[]> {
  const large = await startLargeCluster();
  try {
    const revision = large.coordinator.journal.durableRevision;
    await changeDaemonSet(large);
    const thread = new Worker(new URL('./query-client-thread.js', import.meta.url), { workerData: large.address });
    await once(thread, 'online');
    const results: BenchResult[] = [];
    for (const [name, query] of Object.entries(queries(large, revision))) {
      results.push(...(await resultsOf(name, query, thread)));
    }
    await thread.terminate();
    return results;
  } finally {
    await large.stop();
  }
}

/** Makes two moments differ on nearly every node. */
async function changeDaemonSet({ coordinator, daemonSets: [first = {}] }: LargeCluster): Promise<void> {
  await applyDaemonSet(coordinator, { ...first, spec: { template: { spec: { nodeSelector: { nowhere: 'true' } } } } });
  await applyDaemonSet(coordinator, {
    ...first,
    spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } },
  });
}

function queries({ nodeNames, daemonSets }: LargeCluster, revision: number): Record<string, BenchQuery> {
  const at = { revision: String(revision) };
  const { namespace = '', name = '' } = daemonSets.at(-1)?.metadata ?? {};
  const daemonSet = { namespace, name };
  const nodeName = nodeNames[0] ?? '';
  const page = { pageSize: PAGE };
  const cordon = { nodeChanges: [{ labelSelector: 'pool=general', cordon: true }] };
  const setLabel = { nodeChanges: [{ labelSelector: '', setLabel: 'cpu-count=4' }] };
  const queriesAt = (when: string, moment: object): Record<string, BenchQuery> => ({
    [`the status ${when}`]: { method: 'GetStatus', request: moment },
    [`all DaemonSets ${when}`]: { method: 'ListDaemonSets', request: { ...moment, ...page } },
    [`all nodes ${when}`]: { method: 'ListNodes', request: { ...moment, ...page } },
    [`all drift ${when}`]: { method: 'ListDrifts', request: { ...moment, ...page } },
    [`all placements of a DaemonSet ${when}`]: { method: 'ListPlacements', request: { daemonSet, ...moment, ...page } },
    [`all placements of a node ${when}`]: { method: 'ListPlacements', request: { nodeName, ...moment, ...page } },
    [`one DaemonSet ${when}`]: { method: 'GetDaemonSet', request: { daemonSet, ...moment } },
    [`one placement with its reasons ${when}`]: {
      method: 'ExplainPlacement',
      request: { daemonSet, nodeName, ...moment },
    },
    [`a plan that cordons a sixth of the nodes ${when}`]: {
      method: 'PlanPlacements',
      request: { ...cordon, ...moment },
    },
    [`a plan that labels every node ${when}`]: { method: 'PlanPlacements', request: { ...setLabel, ...moment } },
  });
  return {
    ...queriesAt('now', {}),
    ...queriesAt('at a past revision', { at }),
    'five pages of history': { method: 'ListEvents', request: page, pages: 5 },
    'all differences from a past revision': { method: 'DiffPlacements', request: { from: at, ...page } },
    'the timelines of a node': { method: 'ListTimelines', request: { nodeName, ...page } },
    'the timelines of a DaemonSet': { method: 'ListTimelines', request: { daemonSet, ...page } },
  };
}

async function resultsOf(name: string, query: BenchQuery, thread: Worker): Promise<BenchResult[]> {
  const loop = new EventLoopMonitor();
  loop.start();
  thread.postMessage(query);
  const [{ totalMs, longestMs, failure }] = (await once(thread, 'message')) as [CallTiming];
  const block = await loop.stop();
  if (failure !== '') throw new Error(`${name}: ${failure}`);
  return [
    {
      name: `answers: slowest request for ${name}`,
      goal: `<= ${REQUEST_GOAL_MS} ms`,
      measured: `${longestMs.toFixed(0)} ms (all pages ${totalMs.toFixed(0)} ms)`,
      met: longestMs <= REQUEST_GOAL_MS,
    },
    {
      name: `answers: longest event-loop block for ${name}`,
      goal: `<= ${BLOCK_GOAL_MS} ms`,
      measured: formatBlock(block),
      met: block.maxMs <= BLOCK_GOAL_MS,
    },
  ];
}
