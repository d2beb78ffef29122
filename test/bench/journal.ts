/**
 * How fast the journal makes rows durable, what a row costs on disk, how long the event loop is held meanwhile, and how long
 * questions about the past take then. What the rows are: journal-changes.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Journal } from '../../coordinator/journal/journal.ts';
import { systemClock } from '../../shared/clock.ts';
import { diskSyncP99Ms } from './disk-sync.ts';
import type { Hold } from './event-loop-hold.ts';
import { EventLoopHold, holdWords } from './event-loop-hold.ts';
import { Changes } from './journal-changes.ts';
import { historyHold, pastResults } from './journal-history.ts';
import type { BenchResult } from './result.ts';

/** Twenty decisions for every pair. */
const ROWS = 10_000_000;
/** Appended and not yet durable: two commits' worth beside the one under way. */
const AHEAD_ROWS = 8_000;
/** Those that meet a journal that is long already. */
const LAST_ROWS = 1_000_000;
const CHANGES_IN_ADVANCE = 20;
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
    const changes = new Changes();
    const results = [
      ...(await fillResults(journal, changes)),
      await steadyResult(journal, changes, folder),
      ...(await pastResults(journal)),
      await historyResult(journal, changes),
      await verifyResult(journal),
    ];
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
async function fillResults(journal: Journal, changes: Changes): Promise<BenchResult[]> {
  makeUpInAdvance();
  const loop = new EventLoopHold();
  loop.start();
  const startMs = performance.now();
  let lastMs = startMs;
  while (journal.nextRevision <= ROWS) {
    const change = changes.next(journal.nextRevision);
    // Making the rows up is no work of the journal, so it has a turn of its own.
    await new Promise(setImmediate);
    journal.append(change);
    if (journal.durableRevision < ROWS - LAST_ROWS) lastMs = performance.now();
    // Stay two full commits ahead of the disk, and give the event loop its turns.
    await journal.durable(Math.max(0, journal.nextRevision - AHEAD_ROWS));
    await new Promise(setImmediate);
  }
  await journal.durable(journal.nextRevision - 1);
  const seconds = (performance.now() - startMs) / 1_000;
  const lastSeconds = (performance.now() - lastMs) / 1_000;
  const hold = await loop.stop();
  const rows = journal.durableRevision;
  const bytes = journal.status().bytes / rows;
  return [
    atLeast(`journal: durable rows per second, batched, over ${rows} rows`, ROWS_GOAL, rows / seconds, '/s'),
    atLeast('journal: the same, over the last million of them', ROWS_GOAL, LAST_ROWS / lastSeconds, '/s'),
    atMost('journal: bytes of database per decision, all in', BYTES_GOAL, bytes, ' bytes'),
    holdResult('at full load', hold),
  ];
}

/** What makes rows up is compiled before anything is measured: the first few thousand rows hold the event loop for 20 ms. */
function makeUpInAdvance(): void {
  const changes = new Changes();
  for (let count = 0; count < CHANGES_IN_ADVANCE; count += 1) changes.next(1);
}

/** Events at an even pace, each timed from its append until it is durable. */
async function steadyResult(journal: Journal, changes: Changes, folder: string): Promise<BenchResult> {
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
  const result = atMost(
    `journal: p99 from append to durable at ${STEADY_ROWS} decisions/s`,
    COMMIT_GOAL_MS,
    p99,
    ' ms',
  );
  const disk = await diskSyncP99Ms(folder);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const beside = `median ${median.toFixed(1)} ms; p99 of an fsync on this disk at rest ${disk.toFixed(1)} ms`;
  return { ...result, measured: `${result.measured} (${beside})` };
}

/** Long answers while rows are written: what crosses threads is taken apart and put together on the event loop. */
async function historyResult(journal: Journal, changes: Changes): Promise<BenchResult> {
  const hold = await historyHold(journal, () => {
    journal.append(Array.from({ length: STEADY_ROWS / 10 }, () => changes.single()));
  });
  await journal.durable(journal.nextRevision - 1);
  return holdResult('while long answers are read', hold);
}

async function verifyResult(journal: Journal): Promise<BenchResult> {
  const startMs = performance.now();
  const { checkedCount, isGood, bad } = await journal.audit.verify();
  if (!isGood) throw new Error(`the journal does not verify: ${JSON.stringify(bad)}`);
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

function holdResult(when: string, hold: Hold): BenchResult {
  const name = `journal: longest hold of the event loop ${when}`;
  return { ...atMost(name, HOLD_GOAL_MS, hold.maxMs, ' ms'), measured: holdWords(hold) };
}

function atLeast(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `>= ${goal}${unit}`, measured: `${Math.round(measured)}${unit}`, met: measured >= goal };
}

function atMost(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `<= ${goal}${unit}`, measured: `${measured.toFixed(1)}${unit}`, met: measured <= goal };
}
