/** Writes a file atomically: to a temporary file first, which is renamed once it is on disk. */
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/** The files of SQLite and the coordinator next to a journal (docs/operations.md). */
const PART_OF_JOURNAL = /(?:-wal|-shm|\.head|\.lock)$/;

/** @throws UsageError if the path cannot be written, or if a file exists and `replace` is false */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  checkNotExisting(path, replace);
  const partial = `${path}.partial`;
  const file = await opened(partial, path);
  try {
    for await (const piece of pieces) await written(file.writeFile(piece), path);
    await written(file.sync(), path);
    await file.close();
    checkNotExisting(path, replace);
    await written(rename(partial, path), path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

/** Never replaces a journal in use, even with `replace`. */
function checkNotExisting(path: string, replace: boolean): void {
  const lock = `${path.replace(PART_OF_JOURNAL, '')}.lock`;
  if (existsSync(lock))
    throw new UsageError(`${path} belongs to the journal of a coordinator (${lock} exists); specify another file`);
  if (!replace && existsSync(path))
    throw new UsageError(`${path} already exists; specify another file, or use --force to overwrite it`);
}

function opened(partial: string, path: string): Promise<FileHandle> {
  // Backups and exports may contain confidential data.
  return written(open(partial, 'w', 0o600), path);
}

/** Turns errors of the file system into usage errors. */
async function written<Value>(writing: Promise<Value>, path: string): Promise<Value> {
  try {
    return await writing;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write ${path}: ${REASONS[code] ?? message}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory; specify a file',
  ENOENT: 'the directory does not exist',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'part of the path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
};
