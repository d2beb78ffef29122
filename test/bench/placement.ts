/** How fast placements are decided and explained, compared with the goals and a naive implementation. */
import { performance } from 'node:perf_hooks';
import { compilePlacement, type DaemonSet, type Node } from '../../shared/placement/index.ts';
import { naivePlacement } from '../placement/naive-placement.ts';
import { makeDaemonSets, makeNodes } from './fleet.ts';
import { SeededRandom } from './random.ts';
import type { BenchResult } from './result.ts';

const NODES = 5_000;
const DAEMON_SETS = 100;
const DECIDE_GOAL_MS = 150;
const EXPLAIN_GOAL_US = 5;
/** The fastest round counts, because other load on the machine only adds time. */
const ROUNDS = 15;
/** Explanations and naive decisions are slower, so they are measured on a part of the nodes. */
const EXPLAINED_NODES = 500;
const NAIVE_NODES = 100;

export async function run(): Promise<BenchResult[]> {
  const random = new SeededRandom(20_240_229);
  const nodes = makeNodes(random, NODES);
  const daemonSets = makeDaemonSets(random, DAEMON_SETS);
  const decideMs = fastestMs(() => decideAll(daemonSets, nodes));
  const explainMs = fastestMs(() => explainAll(daemonSets, nodes.slice(0, EXPLAINED_NODES)));
  const naiveMs = fastestMs(() => decideNaively(daemonSets, nodes.slice(0, NAIVE_NODES)));
  const decideUs = (decideMs * 1000) / (NODES * DAEMON_SETS);
  const explainUs = (explainMs * 1000) / (EXPLAINED_NODES * DAEMON_SETS);
  const naiveUs = (naiveMs * 1000) / (NAIVE_NODES * DAEMON_SETS);
  return [
    {
      name: `decide ${NODES} nodes × ${DAEMON_SETS} DaemonSets, including compilation`,
      goal: `< ${DECIDE_GOAL_MS} ms`,
      measured: `${decideMs.toFixed(1)} ms (${decideUs.toFixed(3)} µs per pair; naive implementation ${naiveUs.toFixed(2)} µs)`,
      met: decideMs < DECIDE_GOAL_MS,
    },
    {
      name: 'explain one pair with all reasons and edits',
      goal: `< ${EXPLAIN_GOAL_US} µs`,
      measured: `${explainUs.toFixed(2)} µs`,
      met: explainUs < EXPLAIN_GOAL_US,
    },
  ];
}

/** Iterates node by node for cache locality. Returns the number of `run` verdicts, so that the work is not optimized away. */
function decideAll(daemonSets: readonly DaemonSet[], nodes: readonly Node[]): number {
  const placements = daemonSets.map(compilePlacement);
  let desired = 0;
  for (const node of nodes) {
    for (const placement of placements) if (placement.decide(node) === 'run') desired++;
  }
  return desired;
}

function explainAll(daemonSets: readonly DaemonSet[], nodes: readonly Node[]): number {
  let reasons = 0;
  for (const daemonSet of daemonSets) {
    const placement = compilePlacement(daemonSet);
    for (const node of nodes) reasons += placement.explain(node).reasons.length;
  }
  return reasons;
}

function decideNaively(daemonSets: readonly DaemonSet[], nodes: readonly Node[]): number {
  let desired = 0;
  for (const daemonSet of daemonSets) {
    for (const node of nodes) if (naivePlacement(daemonSet, node).shouldRun) desired++;
  }
  return desired;
}

function fastestMs(work: () => number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    const result = work();
    fastest = Math.min(fastest, performance.now() - startMs);
    if (result === 0) throw new Error('the benchmark measures nothing: no pair has the verdict run');
  }
  return fastest;
}
