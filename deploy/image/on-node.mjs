// Runs a command on the version of Node that .node-version names, in a copy of this checkout:
//   node deploy/image/on-node.mjs COMMAND [ARGUMENT...]
// That Node comes from npm. The copy has its own node_modules and is built before the command runs,
// so the checkout's own stays compiled for the Node that installed it. Both are kept in .cache/.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWithProgress } from '../local/progress.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const version = readFileSync(join(root, '.node-version'), 'utf8').trim();
const name = `node-${process.platform}-${process.arch}`;
const cache = join(root, '.cache', `${name}-${version}`);

/** What the copy makes for itself or does not need. */
const NOT_COPIED = new Set(['node_modules', 'dist', 'data', '.git', '.cache']);

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('name a command: node deploy/image/on-node.mjs COMMAND [ARGUMENT...]');
const node = await fetchNode();
const checkout = copyCheckout();
const environment = {
  ...process.env,
  PATH: [join(node, 'bin'), process.env.PATH].join(delimiter),
  // The headers that better-sqlite3 is compiled with.
  npm_config_nodedir: node,
};
process.exitCode = (await run('node', ['deploy/local/prepare.mjs'])) || (await run(command, args));

/** Returns the folder with `bin/node` and `include/node`. */
async function fetchNode() {
  const inCache = join('node_modules', name);
  if (existsSync(join(cache, inCache))) return join(cache, inCache);
  const incomplete = `${cache}.${process.pid}`;
  mkdirSync(incomplete, { recursive: true });
  const options = ['--no-save', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error'];
  const install = ['install', `--prefix=${incomplete}`, ...options, `${name}@${version}`];
  try {
    await runWithProgress({ what: `fetching Node ${version}`, command: 'npm', args: install, cwd: root });
  } catch (error) {
    rmSync(incomplete, { recursive: true, force: true });
    fail(`fetching Node ${version} failed: ${error.message}`);
  }
  renameSync(incomplete, cache);
  return join(cache, inCache);
}

function copyCheckout() {
  const copy = join(cache, 'checkout');
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== 'node_modules') rmSync(join(copy, name), { recursive: true });
  }
  const isCopied = (path) => !NOT_COPIED.has(basename(path));
  for (const name of readdirSync(root).filter(isCopied)) {
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isCopied });
  }
  return copy;
}

/** Resolves to the exit code. */
function run(program, programArgs) {
  return new Promise((resolve) => {
    const child = spawn(program, programArgs, { cwd: checkout, env: environment, stdio: 'inherit' });
    const stop = () => child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    child.once('error', (error) => fail(`${program} could not be started: ${error.message}`));
    child.once('close', (code) => {
      process.off('SIGTERM', stop);
      resolve(code ?? 1);
    });
  });
}

function fail(why) {
  process.stderr.write(`rollcall: ${why}\n`);
  process.exit(1);
}
