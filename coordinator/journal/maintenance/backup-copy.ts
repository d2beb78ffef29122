/** A temporary backup beside the journal, which is sent to a client and then removed. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../../shared/clock.ts';
import type { ReaderPool } from '../read/reader-pool.ts';
import { partialOf } from '../schema/backup.ts';

/** Receives the number of rows or bytes that are done, and the total. An error that it throws ends the work. */
export type Progress = (doneCount: number, totalCount: number) => void;

/** Interval of progress reports. */
const LOOK_MS = 500;
/** Bytes per piece, each sent as one message. */
const PIECE_BYTES = 256 * 1024;
const SUFFIX = '.copy-';

export interface BackupCopy {
  readonly bytes: number;
  /** In order, each of bounded size. */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
  remove(): Promise<void>;
}

/**
 * `name`: unique among the copies that exist. `onProgress` receives bytes; if it throws, the copy is removed. Rejects with
 * `wrong-backup`.
 */
export async function makeCopy(
  readers: ReaderPool,
  name: string,
  onProgress: Progress,
  clock: Clock,
): Promise<BackupCopy> {
  const path = `${readers.file}${SUFFIX}${name}`;
  const remove = () => rm(path, { force: true });
  try {
    await readers.withReader(async (reader) => {
      const totalBytes = await reader.usedBytes();
      const stopLooking = emitGrowth(partialOf(path), (bytes) => onProgress(bytes, totalBytes), clock);
      await reader.backUp(path).finally(stopLooking);
    });
    const { size: bytes } = await stat(path);
    onProgress(bytes, bytes);
    return { bytes, pieces: () => piecesOf(path), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** SQLite reports no progress of a copy, but the file grows. */
function emitGrowth(path: string, emit: (bytes: number) => void, clock: Clock): () => void {
  const look = () => {
    try {
      emit(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
      cancel = clock.after(LOOK_MS, look);
    } catch {
      // The client is gone. A copy cannot be interrupted; it is removed when it is complete.
    }
  };
  let cancel = clock.after(LOOK_MS, look);
  return () => cancel();
}

/** Removes the copies of a killed coordinator. Call it while holding the journal's lock. */
export function removeAbandonedCopies(file: string): void {
  const folder = dirname(file);
  const abandoned = readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}${SUFFIX}`));
  for (const name of abandoned) rmSync(join(folder, name), { force: true });
}

async function* piecesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
