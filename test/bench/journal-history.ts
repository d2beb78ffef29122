/** How long questions about the past take on a long journal, asked as the services ask them: from another thread. */
import { performance } from 'node:perf_hooks';
import type { MethodDefinition } from '@grpc/grpc-js';
import { startHistoryThread } from '../../coordinator/coordinator-threads.ts';
import { HistoryQueries } from '../../coordinator/history/history-queries.ts';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { EventQuery } from '../../coordinator/journal/read/event-query.ts';
import { systemClock } from '../../shared/clock.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import { EventLoopHold, type Hold } from './event-loop-hold.ts';
import { DAEMON_SETS, daemonSetKey, NODES, nodeName } from './journal-changes.ts';
import { SeededRandom } from './random.ts';
import type { BenchResult } from './result.ts';

const QUESTIONS = 1_000;
/** Slower ones. */
const BROAD_QUESTIONS = 100;
const PAGE = 100;
const ROUNDS = 20;
/** Some changed DaemonSets' worth. */
const DIFF_ROWS = 50_000;
const EXPORT_ROWS = 20_000;
/** The largest page that the services give. */
const PAGE_MAX = 1_000;

export async function pastResults(journal: Journal): Promise<BenchResult[]> {
  const random = new SeededRandom(11);
  const revision = () => 1 + random.below(journal.durableRevision);
  const node = () => nodeName(random.below(NODES));
  const daemonSet = () => daemonSetKey(random.below(DAEMON_SETS));
  const { history } = journal;
  const rows = `${(journal.durableRevision / 1e6).toFixed(1)} M rows`;
  const pages: number[] = [];
  for (const query of pageQueries(node, daemonSet, revision)) {
    pages.push(await timed(BROAD_QUESTIONS, () => journal.events(query())));
  }
  return [
    result(
      `one pair as of any revision, ${rows}`,
      1,
      await timed(QUESTIONS, () => history.placementAt(node(), daemonSet(), revision())),
    ),
    result(
      'one node, all its DaemonSets, as of any revision',
      5,
      await timed(QUESTIONS, () => history.placementsOfNodeAt(node(), revision())),
    ),
    result(
      `one DaemonSet over ${NODES} nodes as of any revision`,
      50,
      await timed(BROAD_QUESTIONS, () => history.placementsOfDaemonSetAt(daemonSet(), revision())),
    ),
    result(`a page of ${PAGE} rows of history, worst of ${pages.length} filters`, 20, Math.max(...pages)),
  ];
}

/** Questions with the longest answers, asked as the services ask them, all at once and again and again, while rows are written. */
export async function historyHold(journal: Journal, append: () => void): Promise<Hold> {
  const random = new SeededRandom(12);
  const historyQueries = new HistoryQueries({
    journal,
    clock: systemClock,
    version: 'bench',
    start: startHistoryThread,
  });
  // A coordinator learns to read one kind of question at a time, when the first one comes; here all come at once.
  for (const [method, request] of longQuestions({}, 1)) asReceived(method, request);
  const loop = new EventLoopHold();
  loop.start();
  for (let round = 0; round < ROUNDS; round += 1) {
    append();
    // In the last quarter, by when every DaemonSet was seen.
    const revision = journal.durableRevision - random.below(Math.floor(journal.durableRevision / 4));
    const [namespace = '', name = ''] = daemonSetKey(random.below(DAEMON_SETS)).split('/');
    const questions = longQuestions({ namespace, name }, revision);
    const range = { afterRevision: revision - 1, throughRevision: revision + EXPORT_ROWS };
    await Promise.all([
      ...questions.map(([method, request]) => historyQueries.answer(method, asReceived(method, request))),
      countOf(journal.audit.export('jsonl', range)),
    ]);
  }
  const hold = await loop.stop();
  await historyQueries.close();
  return hold;
}

function longQuestions(daemonSet: object, revision: number): [string, object][] {
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

/** With every field, as it comes off the wire. */
function asReceived(method: string, request: object): object {
  const { requestSerialize, requestDeserialize } = QueryService.service[method] as MethodDefinition<object, object>;
  return requestDeserialize(requestSerialize(request));
}

async function countOf(values: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _value of values) count += 1;
  return count;
}

function pageQueries(node: () => string, daemonSet: () => string, revision: () => number): (() => EventQuery)[] {
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

/** One question after the other; the 99th percentile of how long each took. */
async function timed(count: number, ask: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startMs = performance.now();
    await ask();
    tookMs.push(performance.now() - startMs);
  }
  return tookMs.sort((left, right) => left - right)[Math.ceil(count * 0.99) - 1] ?? 0;
}

function result(name: string, goalMs: number, measuredMs: number): BenchResult {
  const measured = `${measuredMs.toFixed(2)} ms`;
  return { name: `journal: p99 of ${name}`, goal: `<= ${goalMs} ms`, measured, met: measuredMs <= goalMs };
}
