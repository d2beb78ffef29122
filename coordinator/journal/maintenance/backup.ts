/** Copies a journal, also while it is written, into a file that is either whole or not there. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { JournalError, messageOf } from '../journal-error.ts';

/**
 * @throws JournalError `wrong-backup` for a target that exists, above all the journal itself, or cannot be written; nothing
 * was changed then.
 */
export function backUp(database: Database, target: string): void {
  if (resolve(target) === resolve(database.name)) {
    throw new JournalError('wrong-backup', `${target} is the journal itself; name another file for its backup.`);
  }
  if (existsSync(target)) {
    throw new JournalError('wrong-backup', `${target} exists already; name a new file for the backup, or remove it.`);
  }
  try {
    // Written by this connection, and no part of the file that it only reads.
    database.pragma('query_only = OFF');
    copyWhole(database, target);
  } catch (error) {
    throw new JournalError('wrong-backup', `No backup could be written to ${target} (${messageOf(error)}).`);
  } finally {
    database.pragma('query_only = ON');
  }
}

/** Under the target's name there is nothing, or all of it and on disk, whenever the process is killed. */
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

/** What a backup is called until it is whole. */
export function partialOf(target: string): string {
  return `${target}.partial`;
}

/** What cannot be removed was most likely never there, and the next attempt says so if it was. */
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
