// Checks whether node_modules contains the packages in package-lock.json. npm records every install in
// node_modules/.package-lock.json, so the answer does not depend on which command installed it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The only dependency that is compiled for the version of Node that installs it. */
const COMPILED = 'better-sqlite3';

/** The reason why `npm ci` must run in the folder; null if it need not run. */
export function reasonToInstall(root) {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return 'nothing is installed yet';
  const listed = Object.entries(packagesOf(join(root, 'package-lock.json')) ?? {});
  const differing = listed.find(([path, entry]) => path !== '' && !isInstalled(root, path, entry, installed[path]));
  if (differing !== undefined) return `${differing[0]} is not what package-lock.json lists`;
  return loads(root) ? null : `${COMPILED} does not load in Node ${process.versions.node}`;
}

function packagesOf(lockFile) {
  if (!existsSync(lockFile)) return null;
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** npm does not install optional packages for other platforms. */
function isInstalled(root, path, listed, installed) {
  if (installed === undefined) return listed.optional === true || listed.devOptional === true;
  const isSame = installed.version === listed.version && installed.integrity === listed.integrity;
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
