/** Finds promtool on the PATH, or extracts it from the Debian package without installing the package. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(homedir() || tmpdir(), '.cache', 'rollcall-promtool');

/** The path of promtool, or the reason why it is not available. */
export function findPromtool(): { readonly path: string } | { readonly missing: string } {
  if (spawnSync('promtool', ['--version']).status === 0) return { path: 'promtool' };
  const path = join(CACHE, 'promtool');
  if (existsSync(path)) return { path };
  try {
    unpackDebianPackage(path);
    return { path };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { missing: `promtool is not on the PATH, and Debian's package prometheus cannot be had: ${why}` };
  }
}

function unpackDebianPackage(path: string): void {
  const work = `${CACHE}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    execFileSync('apt-get', ['download', 'prometheus'], { cwd: work, stdio: 'pipe' });
    const file = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (file === undefined) throw new Error('apt-get downloaded nothing');
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: work, stdio: 'pipe' });
    mkdirSync(CACHE, { recursive: true });
    renameSync(join(work, 'usr/bin/promtool'), path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
