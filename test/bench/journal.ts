/**
 * How fast the journal makes decisions durable, what a decision costs on disk, and how long the event
 * loop is held meanwhile. Decisions come as a coordinator makes them: a changed node touches all its
 * DaemonSets, a changed DaemonSet all its nodes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { DecisionEvent } from '../../coordinator/journal/events.ts';
import { Journal } from '../../coordinator/journal/journal.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { SeededRandom } from './random.ts';
import type { BenchResult } from './result.ts';

const NODES = 1_000;
const DAEMON_SETS = 100;
/** Twelve decisions for every pair. */
const ROWS = 1_200_000;
/** Appended and not yet durable: two commits' worth beside the one under way. */
const AHEAD_ROWS = 6_000;
const ROWS_GOAL = 50_000;
const STEADY_ROWS = 5_000;
const STEADY_SECONDS = 10;
const COMMIT_GOAL_MS = 25;
const BYTES_GOAL = 150;
const HOLD_GOAL_MS = 20;
const VERIFY_GOAL = 200_000;
const START_GOAL_MS = 2_000;

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    const file = join(folder, 'journal.db');
    const journal = await open(file);
    const results = [...(await fillResults(journal)), ...(await steadyResults(journal)), await verifyResult(journal)];
    await journal.close();
    return [...results, await startResult(file)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function open(file: string): Promise<Journal> {
  const onFatal = (error: Error) => {
    throw error;
  };
  return Journal.open({ file, clock: systemClock, onFatal });
}

/** As many rows as the disk takes, while a timer watches the event loop. */
async function fillResults(journal: Journal): Promise<BenchResult[]> {
  const changes = new Changes();
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const startMs = performance.now();
  while (journal.nextRevision <= ROWS) {
    journal.append(changes.next());
    // Stay two full commits ahead of the disk, and give the event loop its turns.
    await journal.durable(Math.max(0, journal.nextRevision - AHEAD_ROWS));
    await new Promise(setImmediate);
  }
  await journal.durable(journal.nextRevision - 1);
  const seconds = (performance.now() - startMs) / 1_000;
  loop.disable();
  const rows = journal.durableRevision;
  const bytes = journal.status().bytes / rows;
  const holdMs = loop.max / 1e6;
  const perSecond = rows / seconds;
  return [
    atLeast('journal: durable decisions per second, batched', ROWS_GOAL, perSecond, '/s'),
    atMost('journal: bytes of database per decision, all in', BYTES_GOAL, bytes, ' bytes'),
    atMost('journal: longest hold of the event loop at full load', HOLD_GOAL_MS, holdMs, ' ms'),
  ];
}

/** Events at an even pace, each timed from its append until it is durable. */
async function steadyResults(journal: Journal): Promise<BenchResult[]> {
  const changes = new Changes();
  const latenciesMs: number[] = [];
  const waiting: Promise<void>[] = [];
  const startMs = performance.now();
  let appended = 0;
  while (appended < STEADY_ROWS * STEADY_SECONDS) {
    const due = Math.floor(((performance.now() - startMs) / 1_000) * STEADY_ROWS);
    for (; appended < due; appended += 1) {
      const appendedMs = performance.now();
      const durable = journal.durable(journal.append([changes.single()]));
      waiting.push(durable.then(() => void latenciesMs.push(performance.now() - appendedMs)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(waiting);
  const sorted = latenciesMs.sort((left, right) => left - right);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  return [atMost(`journal: p99 from append to durable at ${STEADY_ROWS} decisions/s`, COMMIT_GOAL_MS, p99, ' ms')];
}

async function verifyResult(journal: Journal): Promise<BenchResult> {
  const startMs = performance.now();
  const { checkedCount, bad } = await journal.verifyChain();
  if (bad !== null) throw new Error(`the chain is broken at revision ${bad.revision}: ${bad.problem}`);
  const perSecond = checkedCount / ((performance.now() - startMs) / 1_000);
  return atLeast('journal: rows verified per second', VERIFY_GOAL, perSecond, '/s');
}

async function startResult(file: string): Promise<BenchResult> {
  const startMs = performance.now();
  const journal = await open(file);
  const placements = [...journal.takeState().placements].length;
  const tookMs = performance.now() - startMs;
  const rows = journal.durableRevision;
  await journal.close();
  const name = `journal: opening ${rows} rows with ${placements} placements in force`;
  return atMost(name, START_GOAL_MS, tookMs, ' ms');
}

/** Decisions in the order in which a coordinator makes them, each the opposite of the one before. */
class Changes {
  readonly #random = new SeededRandom(3);
  readonly #verdicts = new Map<string, Verdict>();

  /** What one changed node, or one changed DaemonSet, leads to. */
  next(): DecisionEvent[] {
    if (this.#random.chance(0.5)) {
      const node = this.#random.below(NODES);
      return Array.from({ length: DAEMON_SETS }, (_, daemonSet) => this.#decide(node, daemonSet));
    }
    const daemonSet = this.#random.below(DAEMON_SETS);
    return Array.from({ length: NODES }, (_, node) => this.#decide(node, daemonSet));
  }

  single(): DecisionEvent {
    return this.#decide(this.#random.below(NODES), this.#random.below(DAEMON_SETS));
  }

  #decide(nodeNumber: number, daemonSetNumber: number): DecisionEvent {
    const node = `ip-10-0-${nodeNumber}.eu-west-1.compute.internal`;
    const daemonSet = `kube-system/daemon-${daemonSetNumber}`;
    const pair = `${node} ${daemonSet}`;
    const from = this.#verdicts.get(pair) ?? null;
    const to = from === 'run' ? 'none' : 'run';
    this.#verdicts.set(pair, to);
    const cause = { trigger: 'node-report', revision: 0, actor: 'kubectl-label' } as const;
    return { kind: 'decision', occurredMs: Date.now(), cause, node, daemonSet, from, to, engineVersion: '1' };
  }
}

function atLeast(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `>= ${goal}${unit}`, measured: `${Math.round(measured)}${unit}`, met: measured >= goal };
}

function atMost(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `<= ${goal}${unit}`, measured: `${measured.toFixed(1)}${unit}`, met: measured <= goal };
}
