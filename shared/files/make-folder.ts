/** Creates a folder and its parents. The recursive mkdir of Node.js can loop endlessly on some file systems (below /proc). */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does nothing if the folder exists, including when another process creates it at the same time.
 * @param make creates one folder whose parent exists.
 * @throws the file system error if the folder cannot be created.
 */
export function makeFolder(folder: string, make: (folder: string) => void = mkdirSync): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, make);
  try {
    make(folder);
  } catch (error) {
    // Agents that start at the same time share parent folders.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
