// Compares the contract in proto/ with its baseline, a copy without comments in .ci/contract-baseline/.
// Prints what would break an older agent, coordinator or CLI.
//
//   node .ci/check-breaking.mjs         fails where the contract breaks the baseline
//   node .ci/check-breaking.mjs --move  makes today's contract the baseline (npm run contract:baseline)
//
// Move the baseline at every release, so that what was released cannot be broken, and after a break
// that is intended. Commit it together with the change of the contract.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CONTRACT = 'proto';
const BASELINE = '.ci/contract-baseline';
/** How buf ends where it finds a break; other codes are errors of its own. */
const EXIT_BROKEN = 100;

if (process.argv.includes('--move')) move();
process.exitCode = compare();

function compare() {
  const buf = join(root, 'node_modules', '.bin', 'buf');
  const { status, error } = spawnSync(buf, ['breaking', CONTRACT, '--against', BASELINE], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status === 0) say(`nothing breaks the baseline in ${BASELINE}`);
  if (status === EXIT_BROKEN) say('if the break is intended, run npm run contract:baseline and commit the result');
  return status ?? 1;
}

function move() {
  rmSync(join(root, BASELINE), { recursive: true, force: true });
  const files = readdirSync(join(root, CONTRACT), { recursive: true }).filter((file) => file.endsWith('.proto'));
  for (const file of files) {
    const target = join(root, BASELINE, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, withoutComments(readFileSync(join(root, CONTRACT, file), 'utf8')));
  }
  say(`${CONTRACT} is now the baseline, ${files.length} files in ${BASELINE}; commit them`);
}

/** The contract has line comments only, and none of its strings holds two slashes. */
function withoutComments(text) {
  const lines = text.split('\n').filter((line) => !/^\s*\/\//.test(line));
  return lines.map((line) => line.replace(/\s*\/\/.*$/, '')).join('\n');
}

function say(what) {
  process.stdout.write(`contract: ${what}\n`);
}
