/**
 * `npm run bench`: runs every benchmark, or those that are named, and prints each figure beside its
 * goal. Missing a goal is no error: the figures depend on the machine, which is named first.
 */
import { cpus, totalmem } from 'node:os';
import { run as runAgent } from './agent.ts';
import { run as runAnswers } from './answers.ts';
import { run as runJournal } from './journal.ts';
import { run as runPlacement } from './placement.ts';
import type { BenchResult } from './result.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  placement: runPlacement,
  journal: runJournal,
  answers: runAnswers,
  agent: runAgent,
};

const GIBIBYTE = 1024 ** 3;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exit(2);
}

const [cpu] = cpus();
process.stdout.write(
  `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / GIBIBYTE)} GiB\n`,
);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  for (const { name: figure, goal, measured, met } of await run()) {
    process.stdout.write(`  ${met ? 'met   ' : 'MISSED'}  ${figure}: ${measured} (goal: ${goal})\n`);
  }
}
