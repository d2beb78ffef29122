// Tells whether node_modules holds what package-lock.json lists. npm records every install in
// node_modules/.package-lock.json, so the answer does not depend on which command installed it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The one dependency that is compiled for the version of Node that installs it. */
const COMPILED = 'better-sqlite3';

/** Why `npm ci` must run in the folder, or null where it need not. */
export function reasonToInstall(root) {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return 'nothing is installed yet';
  const wanted = Object.entries(packagesOf(join(root, 'package-lock.json')) ?? {});
  const differing = wanted.find(([path, entry]) => path !== '' && !isInstalled(root, path, entry, installed[path]));
  if (differing !== undefined) return `${differing[0]} is not what package-lock.json lists`;
  return loads(root) ? null : `${COMPILED} does not load in Node ${process.versions.node}`;
}

function packagesOf(lockFile) {
  if (!existsSync(lockFile)) return null;
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** npm leaves out optional packages that are for other platforms. */
function isInstalled(root, path, wanted, installed) {
  if (installed === undefined) return wanted.optional === true || wanted.devOptional === true;
  const isSame = installed.version === wanted.version && installed.integrity === wanted.integrity;
  return isSame && existsSync(join(root, path));
}

function loads(root) {
  try {
    const Database = createRequire(join(root, 'package.json'))(COMPILED);
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
