/**
 * How long a coordinator of 5,000 nodes and 100 DaemonSets takes over each question, every page of the answer included, and how long
 * it holds its event loop meanwhile. What the cluster is like: large-house.ts.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answered, Question } from './asking-thread.ts';
import { EventLoopHold, holdWords } from './event-loop-hold.ts';
import { applyDaemonSet, type LargeCluster, startLargeCluster } from './large-cluster.ts';
import type { BenchResult } from './result.ts';

const HOLD_GOAL_MS = 20;
/** Half of what the command line waits for one request where nothing else is said. */
const REQUEST_GOAL_MS = 5_000;
/** As the command line asks. */
const PAGE = 1_000;

export async function run(): Promise<BenchResult[]> {
  const large = await startLargeCluster();
  try {
    const revision = large.context.journal.durableRevision;
    await changeDaemonSet(large);
    const thread = new Worker(new URL('./asking-thread.js', import.meta.url), { workerData: large.address });
    await once(thread, 'online');
    const results: BenchResult[] = [];
    for (const [name, question] of Object.entries(questions(large, revision))) {
      results.push(...(await resultsOf(name, question, thread)));
    }
    await thread.terminate();
    return results;
  } finally {
    await large.stop();
  }
}

/** So that two moments differ, on nearly every node. */
async function changeDaemonSet({ context, daemonSets: [first = {}] }: LargeCluster): Promise<void> {
  await applyDaemonSet(context, { ...first, spec: { template: { spec: { nodeSelector: { nowhere: 'true' } } } } });
  await applyDaemonSet(context, { ...first, spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } });
}

function questions({ nodeNames, daemonSets }: LargeCluster, revision: number): Record<string, Question> {
  const at = { revision: String(revision) };
  const { namespace = '', name = '' } = daemonSets.at(-1)?.metadata ?? {};
  const daemonSet = { namespace, name };
  const nodeName = nodeNames[0] ?? '';
  const page = { pageSize: PAGE };
  const cordon = { nodeChanges: [{ labelSelector: 'pool=general', cordon: true }] };
  const setLabel = { nodeChanges: [{ labelSelector: '', setLabel: 'cpu-count=4' }] };
  const ofMoment = (when: string, moment: object): Record<string, Question> => ({
    [`the status ${when}`]: { method: 'GetStatus', request: moment },
    [`all DaemonSets ${when}`]: { method: 'ListDaemonSets', request: { ...moment, ...page } },
    [`all nodes ${when}`]: { method: 'ListNodes', request: { ...moment, ...page } },
    [`all drifts ${when}`]: { method: 'ListDrifts', request: { ...moment, ...page } },
    [`all placements of a DaemonSet ${when}`]: { method: 'ListPlacements', request: { daemonSet, ...moment, ...page } },
    [`all placements of a node ${when}`]: { method: 'ListPlacements', request: { nodeName, ...moment, ...page } },
    [`one DaemonSet ${when}`]: { method: 'GetDaemonSet', request: { daemonSet, ...moment } },
    [`one explanation ${when}`]: {
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
    ...ofMoment('now', {}),
    ...ofMoment('then', { at }),
    'five pages of history': { method: 'ListEvents', request: page, pages: 5 },
    'all that differs from then': { method: 'DiffPlacements', request: { from: at, ...page } },
    'the timelines of a node': { method: 'ListTimelines', request: { nodeName, ...page } },
    'the timelines of a DaemonSet': { method: 'ListTimelines', request: { daemonSet, ...page } },
  };
}

async function resultsOf(name: string, question: Question, thread: Worker): Promise<BenchResult[]> {
  const loop = new EventLoopHold();
  loop.start();
  thread.postMessage(question);
  const [{ totalMs, longestMs, failure }] = (await once(thread, 'message')) as [Answered];
  const hold = await loop.stop();
  if (failure !== '') throw new Error(`${name}: ${failure}`);
  return [
    {
      name: `answers: longest request for ${name}`,
      goal: `<= ${REQUEST_GOAL_MS} ms`,
      measured: `${longestMs.toFixed(0)} ms (whole answer ${totalMs.toFixed(0)} ms)`,
      met: longestMs <= REQUEST_GOAL_MS,
    },
    {
      name: `answers: longest hold of the event loop for ${name}`,
      goal: `<= ${HOLD_GOAL_MS} ms`,
      measured: holdWords(hold),
      met: hold.maxMs <= HOLD_GOAL_MS,
    },
  ];
}
