/** How long history queries take on a long journal. Like the services, they run on another thread. */
import { performance } from 'node:perf_hooks';
import type { MethodDefinition } from '@grpc/grpc-js';
import { startHistoryThread } from '../../coordinator/coordinator-threads.ts';
import { HistoryQueries } from '../../coordinator/history/history-queries.ts';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { EventQuery } from '../../coordinator/journal/read/event-query.ts';
import { systemClock } from '../../shared/clock.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import { type EventLoopBlock, EventLoopMonitor } from './event-loop-monitor.ts';
import { DAEMON_SETS, daemonSetKey, NODES, nodeName } from './journal-changes.ts';
import { SeededRandom } from './random.ts';
import type { BenchResult } from './result.ts';

const QUERIES = 1_000;
/** Number of slower queries. */
const BROAD_QUERIES = 100;
const PAGE = 100;
const ROUNDS = 20;
/** The rows of about ten DaemonSet changes. */
const DIFF_ROWS = 50_000;
const EXPORT_ROWS = 20_000;
/** The maximum page size of the services. */
const PAGE_MAX = 1_000;

export async function historyResults(journal: Journal): Promise<BenchResult[]> {
  const random = new SeededRandom(11);
  const revision = () => 1 + random.below(journal.durableRevision);
  const node = () => nodeName(random.below(NODES));
  const daemonSet = () => daemonSetKey(random.below(DAEMON_SETS));
  const { history } = journal;
  const rows = `${(journal.durableRevision / 1e6).toFixed(1)} M rows`;
  const pages: number[] = [];
  for (const query of eventQueries(node, daemonSet, revision)) {
    pages.push(await p99Ms(BROAD_QUERIES, () => journal.events(query())));
  }
  return [
    result(
      `one placement at a random revision, ${rows}`,
      1,
      await p99Ms(QUERIES, () => history.placementAt(node(), daemonSet(), revision())),
    ),
    result(
      'all placements of a node at a random revision',
      5,
      await p99Ms(QUERIES, () => history.placementsOfNodeAt(node(), revision())),
    ),
    result(
      `all placements of a DaemonSet on ${NODES} nodes at a random revision`,
      50,
      await p99Ms(BROAD_QUERIES, () => history.placementsOfDaemonSetAt(daemonSet(), revision())),
    ),
    result(`a page of ${PAGE} history events, slowest of ${pages.length} filters`, 20, Math.max(...pages)),
  ];
}

/** Runs the queries with the longest answers concurrently and repeatedly, like the services do, while rows are written. */
export async function blockDuringHistoryQueries(journal: Journal, append: () => void): Promise<EventLoopBlock> {
  const random = new SeededRandom(12);
  const historyQueries = new HistoryQueries({
    journal,
    clock: systemClock,
    version: 'bench',
    start: startHistoryThread,
  });
  // The first request of each method compiles its codec. A coordinator compiles them one at a time; here it would be all together.
  for (const [method, request] of longQueries({}, 1)) asReceived(method, request);
  const loop = new EventLoopMonitor();
  loop.start();
  for (let round = 0; round < ROUNDS; round += 1) {
    append();
    // Every DaemonSet appears before the last quarter of the journal.
    const revision = journal.durableRevision - random.below(Math.floor(journal.durableRevision / 4));
    const [namespace = '', name = ''] = daemonSetKey(random.below(DAEMON_SETS)).split('/');
    const queries = longQueries({ namespace, name }, revision);
    const range = { afterRevision: revision - 1, throughRevision: revision + EXPORT_ROWS };
    await Promise.all([
      ...queries.map(([method, request]) => historyQueries.answer(method, asReceived(method, request))),
      countOf(journal.audit.export('jsonl', range)),
    ]);
  }
  const block = await loop.stop();
  await historyQueries.close();
  return block;
}

function longQueries(daemonSet: object, revision: number): [string, object][] {
  const at = { revision: String(revision) };
  const from = { revision: String(Math.max(1, revision - DIFF_ROWS)) };
  const page = { pageSize: PAGE_MAX };
  return [
    ['ListPlacements', { daemonSet, at, ...page }],
    ['ListNodes', { at, ...page }],
    ['ListDaemonSets', { at, ...page }],
    ['DiffPlacements', { from, to: at, ...page }],
    ['ListEvents', { kinds: ['EVENT_KIND_NODE'], ...page }],
    ['PlanPlacements', { nodeChanges: [{ labelSelector: '', setLabel: 'pool=pool-3' }], at }],
  ];
}

/** The request with every field, as received over gRPC. */
function asReceived(method: string, request: object): object {
  const { requestSerialize, requestDeserialize } = QueryService.service[method] as MethodDefinition<object, object>;
  return requestDeserialize(requestSerialize(request));
}

async function countOf(values: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _value of values) count += 1;
  return count;
}

function eventQueries(node: () => string, daemonSet: () => string, revision: () => number): (() => EventQuery)[] {
  const page = (query: Omit<EventQuery, 'limit'>) => ({ ...query, limit: PAGE, beforeRevision: revision() });
  return [
    () => page({}),
    () => page({ node: node() }),
    () => page({ daemonSet: daemonSet() }),
    () => page({ node: node(), daemonSet: daemonSet() }),
    () => page({ namespace: 'monitoring' }),
    () => page({ kinds: ['node', 'daemon-set'] }),
    () => page({ node: node(), kinds: ['node'], oldestFirst: true }),
    () => page({ triggers: ['node-report'], kinds: ['decision'] }),
  ];
}

/** Runs `query` `count` times in sequence; returns the 99th percentile of the durations. */
async function p99Ms(count: number, query: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startMs = performance.now();
    await query();
    tookMs.push(performance.now() - startMs);
  }
  return tookMs.sort((left, right) => left - right)[Math.ceil(count * 0.99) - 1] ?? 0;
}

function result(name: string, goalMs: number, measuredMs: number): BenchResult {
  const measured = `${measuredMs.toFixed(2)} ms`;
  return { name: `journal: p99 of ${name}`, goal: `<= ${goalMs} ms`, measured, met: measuredMs <= goalMs };
}
