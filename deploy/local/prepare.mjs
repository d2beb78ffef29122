// Makes a checkout ready to run: installs what is missing, builds what is stale, and says what it
// does. Runs before `npm start` and `npm test`, so it must need nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NODE_VERSION_MIN = [20, 19];

/** Folders whose files the build reads. */
const SOURCES = ['agent', 'coordinator', 'shared', 'cli', 'deploy/local', 'test/bench', 'proto'];
/** Files besides those. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json'];
/** What the compiled programs read beside themselves, copied to the same place under dist/. */
const ASSETS = ['proto', 'coordinator/journal/migrations'];
const GENERATED = 'shared/rpc/generated';

checkNode();
install();
if (process.argv.includes('--generate')) generate();
else build();

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_VERSION_MIN;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  fail(`Rollcall needs Node ${NODE_VERSION_MIN.join('.')} or newer; this is ${process.versions.node}.`);
}

function install() {
  const stamp = join(root, 'node_modules', '.rollcall-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing dependencies (once; better-sqlite3 may compile for a minute)');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

function build() {
  const stamp = join(root, 'dist', '.rollcall-built');
  const wanted = fingerprint();
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (fresh && !process.argv.includes('--force')) return;
  say('building');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  generate();
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
  for (const asset of ASSETS) {
    if (existsSync(join(root, asset))) cpSync(join(root, asset), join(root, 'dist', asset), { recursive: true });
  }
  writeFileSync(stamp, wanted);
}

/** Types of the contract, from the contract. */
function generate() {
  const protos = filesUnder('proto/rollcall').map((file) => file.slice('proto/'.length));
  rmSync(join(root, GENERATED), { recursive: true, force: true });
  mkdirSync(join(root, GENERATED), { recursive: true });
  run(
    process.execPath,
    [
      join(root, 'node_modules', '@grpc', 'proto-loader', 'build', 'bin', 'proto-loader-gen-types.js'),
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
    ],
    'ignore',
  );
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

function run(command, args, stdout = 'inherit') {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', stdout, 'inherit'] });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args[0]} ended with exit code ${status}; its own words are above.`);
}

function say(what) {
  process.stderr.write(`rollcall: ${what} ...\n`);
}

function fail(why) {
  process.stderr.write(`rollcall: ${why}\n`);
  process.exit(1);
}
