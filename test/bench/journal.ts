/**
 * How fast the journal makes rows durable, how much disk space a row needs, how long writing blocks the event loop, and how long
 * history queries take on the resulting journal. journal-changes.ts generates the rows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Journal } from '../../coordinator/journal/journal.ts';
import { systemClock } from '../../shared/clock.ts';
import type { EventLoopBlock } from './event-loop-monitor.ts';
import { EventLoopMonitor, formatBlock } from './event-loop-monitor.ts';
import { fsyncP99Ms } from './fsync-latency.ts';
import { ChangeGenerator } from './journal-changes.ts';
import { blockDuringHistoryQueries, historyResults } from './journal-history.ts';
import type { BenchResult } from './result.ts';

/** Twenty decisions per pair. */
const ROWS = 10_000_000;
/** Number of rows that are appended but not durable yet: two commits in addition to the one in progress. */
const AHEAD_ROWS = 8_000;
/** The rows that are appended to a journal that is already long. */
const LAST_ROWS = 1_000_000;
const WARM_UP_CHANGES = 20;
const ROWS_GOAL = 50_000;
const STEADY_ROWS = 5_000;
const STEADY_SECONDS = 10;
const COMMIT_GOAL_MS = 25;
const BYTES_GOAL = 150;
const BLOCK_GOAL_MS = 20;
const VERIFY_GOAL = 200_000;
const START_GOAL_MS = 2_000;

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    const file = join(folder, 'journal.db');
    const journal = await open(file);
    const changes = new ChangeGenerator();
    const results = [
      ...(await fillResults(journal, changes)),
      await steadyResult(journal, changes, folder),
      ...(await historyResults(journal)),
      await historyBlockResult(journal, changes),
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

/** Appends rows as fast as the disk accepts them, while a timer monitors the event loop. */
async function fillResults(journal: Journal, changes: ChangeGenerator): Promise<BenchResult[]> {
  warmUp();
  const loop = new EventLoopMonitor();
  loop.start();
  const startMs = performance.now();
  let lastMs = startMs;
  while (journal.nextRevision <= ROWS) {
    const change = changes.next(journal.nextRevision);
    // Generating the rows is not part of the journal's work, so the journal starts in another turn of the event loop.
    await new Promise(setImmediate);
    journal.append(change);
    if (journal.durableRevision < ROWS - LAST_ROWS) lastMs = performance.now();
    // Stay two full commits ahead of the disk, and yield to the event loop.
    await journal.durable(Math.max(0, journal.nextRevision - AHEAD_ROWS));
    await new Promise(setImmediate);
  }
  await journal.durable(journal.nextRevision - 1);
  const seconds = (performance.now() - startMs) / 1_000;
  const lastSeconds = (performance.now() - lastMs) / 1_000;
  const block = await loop.stop();
  const rows = journal.durableRevision;
  const bytes = journal.status().bytes / rows;
  return [
    atLeast(`journal: durable rows per second, batched, over ${rows} rows`, ROWS_GOAL, rows / seconds, '/s'),
    atLeast(
      `journal: durable rows per second, batched, over the last ${LAST_ROWS} rows`,
      ROWS_GOAL,
      LAST_ROWS / lastSeconds,
      '/s',
    ),
    atMost('journal: database size per row, including indexes', BYTES_GOAL, bytes, ' bytes'),
    blockResult('at full write load', block),
  ];
}

/** Lets V8 compile the generator before the measurement: the first few thousand rows block the event loop for 20 ms. */
function warmUp(): void {
  const changes = new ChangeGenerator();
  for (let count = 0; count < WARM_UP_CHANGES; count += 1) changes.next(1);
}

/** Appends events at a constant rate and measures the time until each is durable. */
async function steadyResult(journal: Journal, changes: ChangeGenerator, folder: string): Promise<BenchResult> {
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
    `journal: p99 of the time until an event is durable, at ${STEADY_ROWS} events/s`,
    COMMIT_GOAL_MS,
    p99,
    ' ms',
  );
  const disk = await fsyncP99Ms(folder);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const details = `median ${median.toFixed(1)} ms; p99 of an fsync on this disk when idle ${disk.toFixed(1)} ms`;
  return { ...result, measured: `${result.measured} (${details})` };
}

/** Reads long answers while rows are written: the event loop serializes and deserializes what the threads exchange. */
async function historyBlockResult(journal: Journal, changes: ChangeGenerator): Promise<BenchResult> {
  const block = await blockDuringHistoryQueries(journal, () => {
    journal.append(Array.from({ length: STEADY_ROWS / 10 }, () => changes.single()));
  });
  await journal.durable(journal.nextRevision - 1);
  return blockResult('during long history queries', block);
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
  const name = `journal: opening ${rows} rows with ${placements} effective placements`;
  return atMost(name, START_GOAL_MS, tookMs, ' ms');
}

function blockResult(when: string, block: EventLoopBlock): BenchResult {
  const name = `journal: longest event-loop block ${when}`;
  return { ...atMost(name, BLOCK_GOAL_MS, block.maxMs, ' ms'), measured: formatBlock(block) };
}

function atLeast(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `>= ${goal}${unit}`, measured: `${Math.round(measured)}${unit}`, met: measured >= goal };
}

function atMost(name: string, goal: number, measured: number, unit: string): BenchResult {
  return { name, goal: `<= ${goal}${unit}`, measured: `${measured.toFixed(1)}${unit}`, met: measured <= goal };
}
