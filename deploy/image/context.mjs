// Lays out what the image holds, in a folder: `node deploy/image/context.mjs FOLDER`. Compiled files of
// the three programs, production dependencies and licences, Rollcall's own among them; nothing is downloaded or compiled here.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders of dist/ that belong to the programs. */
const PROGRAMS = ['agent', 'cli', 'coordinator', 'shared', 'proto'];
/** Extensions of the files that a program reads at run time. */
const RUNS = new Set(['.js', '.cjs', '.mjs', '.json', '.node', '.proto', '.sql']);
/** License files, which must be distributed with the image. */
const LICENCE = /^(licen[cs]e|notice|copying)/i;
/** Indirect dependencies that are not used at run time: types, and the installer of prebuilt binaries. */
const NEVER_LOADED = /node_modules\/(@types|undici-types|prebuild-install)(\/|$)/;
/** Where better-sqlite3 keeps SQLite's sources and what its compiler left behind. */
const LEFT_BY_COMPILER = /better-sqlite3\/(deps|src|build\/(deps|Release\/(obj|\.deps|test_extension)))/;

const target = process.argv[2];
if (target === undefined) fail('name the folder to fill: node deploy/image/context.mjs FOLDER');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const program of PROGRAMS) copy(join(root, 'dist', program));
for (const folder of productionDependencies()) copy(folder);
for (const file of ['package.json', 'LICENSE']) copy(join(root, file));

function copy(from) {
  cpSync(from, join(target, relative(root, from)), { recursive: true, filter: isNeeded });
}

/** A folder is looked into; what it holds decides for itself. */
function isNeeded(path) {
  const name = basename(path);
  if (LEFT_BY_COMPILER.test(path.split(sep).join('/'))) return false;
  return statSync(path).isDirectory() || RUNS.has(extname(name)) || LICENCE.test(name);
}

/** Folders of what `dependencies` in package.json needs, as the lock file has them. */
function productionDependencies() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const production = Object.entries(packages).filter(
    ([path, { dev }]) => path.startsWith('node_modules/') && dev !== true,
  );
  const missing = production.find(([path, { optional }]) => optional !== true && !existsSync(join(root, path)));
  if (missing !== undefined) fail(`${missing[0]} is not installed; run npm ci first`);
  const folders = production.map(([path]) => join(root, path));
  return folders.filter((folder) => existsSync(folder) && !NEVER_LOADED.test(folder));
}

function fail(why) {
  process.stderr.write(`rollcall: ${why}\n`);
  process.exit(1);
}
