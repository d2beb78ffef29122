/** Copies a journal, also while it is written, into a file that is complete or does not exist. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { JournalError, messageOf } from '../base/journal-error.ts';

/** @throws JournalError `wrong-backup` for a target that exists or cannot be written; nothing is changed then */
export function backUp(database: Database, target: string): void {
  if (resolve(target) === resolve(database.name)) {
    throw new JournalError('wrong-backup', `${target} is the journal itself; choose another file for the backup`);
  }
  if (existsSync(target)) {
    throw new JournalError('wrong-backup', `${target} already exists; choose a new file for the backup, or remove it`);
  }
  try {
    // Allows this connection to write the copy; it opened the journal itself read-only.
    database.pragma('query_only = OFF');
    copyWhole(database, target);
  } catch (error) {
    throw new JournalError('wrong-backup', `cannot write the backup ${target}: ${messageOf(error)}`);
  } finally {
    database.pragma('query_only = ON');
  }
}

/** Whenever the process is killed, the target is complete and on disk, or does not exist. */
export function copyWhole(database: Database, target: string): void {
  const partial = partialOf(target);
  try {
    remove(partial);
    database.prepare('VACUUM INTO ?').run(partial);
    sync(partial);
    renameSync(partial, target);
    sync(dirname(resolve(target)));
  } catch (error) {
    remove(partial);
    throw error;
  }
}

/** The name of a backup until it is complete. */
export function partialOf(target: string): string {
  return `${target}.partial`;
}

/** Ignores errors: most often the file does not exist, and if it does, the next attempt reports it. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
