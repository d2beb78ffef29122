/**
 * `npm run bench [NAME...]`: runs all or the given benchmarks, and prints each figure next to its goal. A missed goal is not an
 * error, because the figures depend on the machine. The first line of the output describes the machine.
 */
import { cpus, totalmem } from 'node:os';
import { run as runAgent } from './agent.ts';
import { run as runAnswers } from './answers.ts';
import { run as runJournal } from './journal.ts';
import { run as runOwn } from './own.ts';
import { run as runPlacement } from './placement.ts';
import type { BenchResult } from './result.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  placement: runPlacement,
  journal: runJournal,
  answers: runAnswers,
  agent: runAgent,
  own: runOwn,
};

const GIBIBYTE = 1024 ** 3;

const requested = process.argv.slice(2);
const unknown = requested.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(`unknown benchmark ${unknown.join(', ')}; choose from ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exit(2);
}

const [cpu] = cpus();
process.stdout.write(
  `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / GIBIBYTE)} GiB\n`,
);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (requested.length > 0 && !requested.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  for (const { name: figure, goal, measured, met } of await run()) {
    process.stdout.write(`  ${met ? 'met   ' : 'MISSED'}  ${figure}: ${measured} (goal: ${goal})\n`);
  }
}
