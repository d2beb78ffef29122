/** A backup beside the journal, for whoever takes it away: it is there until it was read, and no longer. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../../shared/clock.ts';
import type { JournalPorts } from '../journal-ports.ts';
import type { Progress } from './audit.ts';
import { partialOf } from './backup.ts';

/** Between two looks at how far a copy is: often enough for people. */
const LOOK_MS = 500;
/** Bytes in memory at once: what a message carries well. */
const PIECE_BYTES = 256 * 1024;
const SUFFIX = '.copy-';

export interface BackupCopy {
  readonly bytes: number;
  /** In order; of bounded size. */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
  remove(): Promise<void>;
}

/**
 * `name`: tells it from other copies that are made meanwhile. `onProgress` hears of bytes; where it throws, nothing is left. Rejects
 * with `wrong-backup`.
 */
export async function makeCopy(
  ports: JournalPorts,
  name: string,
  onProgress: Progress,
  clock: Clock,
): Promise<BackupCopy> {
  const path = `${ports.file}${SUFFIX}${name}`;
  const remove = () => rm(path, { force: true });
  try {
    await ports.withReader(async (reader) => {
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

/** SQLite copies in one go and says nothing meanwhile, but the file grows. */
function emitGrowth(path: string, emit: (bytes: number) => void, clock: Clock): () => void {
  const look = () => {
    try {
      emit(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
      cancel = clock.after(LOOK_MS, look);
    } catch {
      // Nobody listens any more; the copy cannot be ended half-way, so it is removed once it is done.
    }
  };
  let cancel = clock.after(LOOK_MS, look);
  return () => cancel();
}

/** Removes what a coordinator that was killed left behind; to be called by the one that holds the journal. */
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
