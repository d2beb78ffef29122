// Makes a checkout ready to run: installs what is missing, builds what is stale, and says what it
// does. Runs before `npm start` and `npm test`, so it must need nothing but Node and npm.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonToInstall } from './installed.mjs';
import { runWithProgress } from './progress.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folders whose files the build reads. */
const SOURCES = ['agent', 'coordinator', 'shared', 'cli', 'deploy/local', 'test/bench', 'proto'];
/** Files besides those. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json'];
/** What the compiled programs read beside themselves, copied to the same place under dist/. */
const ASSETS = ['proto', 'coordinator/journal/migrations'];
const GENERATED = 'shared/rpc/generated';

checkNode();
await install();
if (process.argv.includes('--generate')) await generate();
else await build();

/** Compares this version of Node with `engines` in package.json, which has the form `>=MAJOR.MINOR <MAJOR`. */
function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [oldestMajor, oldestMinor, tooNew] = engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    fail(`Rollcall needs Node ${oldestMajor}.${oldestMinor} or newer; this is ${process.versions.node}`);
  }
  if (major >= tooNew)
    say(`Rollcall is not tested on Node ${process.versions.node}; it is tested up to Node ${tooNew - 1}`);
}

async function install() {
  const reason = reasonToInstall(root);
  if (reason === null) return;
  say(`installing dependencies: ${reason}; compiling better-sqlite3 can take a minute or two`);
  const args = ['ci', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error'];
  await run('installing dependencies', { command: 'npm', args });
}

async function build() {
  const stamp = join(root, 'dist', '.rollcall-built');
  const current = fingerprint();
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === current;
  if (fresh && !process.argv.includes('--force')) return;
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await generate();
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run('compiling', { command: process.execPath, args: [compiler, '-p', root] });
  for (const asset of ASSETS) {
    if (existsSync(join(root, asset))) cpSync(join(root, asset), join(root, 'dist', asset), { recursive: true });
  }
  writeFileSync(stamp, current);
}

/** Writes the types of the contract. */
async function generate() {
  const protos = filesUnder('proto/rollcall').map((file) => file.slice('proto/'.length));
  rmSync(join(root, GENERATED), { recursive: true, force: true });
  mkdirSync(join(root, GENERATED), { recursive: true });
  const generator = join(root, 'node_modules', '@grpc', 'proto-loader', 'build', 'bin', 'proto-loader-gen-types.js');
  const args = [
    generator,
    '--longs=String',
    '--enums=String',
    '--defaults',
    '--arrays',
    '--oneofs',
    '--grpcLib=@grpc/grpc-js',
    '--importFileExtension=.ts',
    `--includeDirs=${join(root, 'proto')}`,
    `--outDir=${join(root, GENERATED)}`,
    ...protos,
  ];
  await run('generating types', { command: process.execPath, args, hidesStdout: true });
}

/** Changes whenever a file that the build reads does. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = [...SETTINGS, ...SOURCES.flatMap(filesUnder)].filter((file) => !file.startsWith(GENERATED));
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

async function run(what, command) {
  try {
    const seconds = await runWithProgress({ what, cwd: root, ...command });
    say(`${what}: done in ${seconds} s`);
  } catch (error) {
    fail(`${what} failed: ${error.message}`);
  }
}

function say(what) {
  process.stderr.write(`rollcall: ${what}\n`);
}

function fail(why) {
  say(why);
  process.exit(1);
}
