/** Makes a folder and the folders above it. Node's own recursive way spins for ever where a file system refuses oddly (below /proc). */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does nothing where the folder is there, also when another process makes it at the same moment.
 * @param make makes one folder whose parent exists.
 * @throws the file system's own error where the folder cannot be made.
 */
export function makeFolder(folder: string, make: (folder: string) => void = mkdirSync): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, make);
  try {
    make(folder);
  } catch (error) {
    // A dozen agents that start together share the folders above their own.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
