/** Makes a folder and the folders above it. Node's own recursive way spins for ever where a file system refuses oddly (below /proc). */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** @throws the file system's own error where the folder cannot be made. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
