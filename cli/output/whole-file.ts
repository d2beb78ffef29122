/** Writes a file that is either whole or not there: beside its place first, and moved there once it is on disk. */
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/** What SQLite and the coordinator keep beside a journal, as docs/operations.md names it. */
const PART_OF_JOURNAL = /(?:-wal|-shm|\.head|\.lock)$/;

/** @throws UsageError for a place that cannot be written, or where a file is that must stay */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  refuseExisting(path, replace);
  const partial = `${path}.partial`;
  const file = await opened(partial, path);
  try {
    for await (const piece of pieces) await written(file.writeFile(piece), path);
    await written(file.sync(), path);
    await file.close();
    refuseExisting(path, replace);
    await written(rename(partial, path), path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

/** A journal in use would be lost with whatever takes its place, so `replace` does not replace one. */
function refuseExisting(path: string, replace: boolean): void {
  const lock = `${path.replace(PART_OF_JOURNAL, '')}.lock`;
  if (existsSync(lock))
    throw new UsageError(`${path} belongs to a coordinator's journal, as ${lock} shows; name another file`);
  if (!replace && existsSync(path))
    throw new UsageError(`${path} exists; name another file, or replace it with --force`);
}

function opened(partial: string, path: string): Promise<FileHandle> {
  // Backups and exports hold what not everybody may know.
  return written(open(partial, 'w', 0o600), path);
}

/** What the system says of a file is the user's affair; everything else is not. */
async function written<Value>(writing: Promise<Value>, path: string): Promise<Value> {
  try {
    return await writing;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be written: ${REASONS[code] ?? message}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you have no right to',
  EISDIR: 'it is a folder; name a file in it',
  ENOENT: 'there is no such folder',
  ENOSPC: 'there is no room left',
  ENOTDIR: 'a part of its path is no folder',
  EPERM: 'you have no right to',
  EROFS: 'its file system is read-only',
};
