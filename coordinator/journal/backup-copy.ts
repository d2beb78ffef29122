/** A backup beside the journal, for whoever takes it away: it is there until it was read, and no longer. */
import { readdirSync, rmSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { JournalPorts } from './journal-ports.ts';

/** Bytes in memory at once: what a message carries well. */
const PIECE_BYTES = 256 * 1024;
const SUFFIX = '.copy-';

export interface BackupCopy {
  readonly bytes: number;
  /** In order; of bounded size. */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
  remove(): Promise<void>;
}

/** `name`: tells it from other copies that are made meanwhile. Rejects with `wrong-backup`. */
export async function makeCopy(ports: JournalPorts, name: string): Promise<BackupCopy> {
  const path = `${ports.file}${SUFFIX}${name}`;
  await ports.withReader((reader) => reader.backUp(path));
  const { size: bytes } = await stat(path);
  return {
    bytes,
    pieces: () => piecesOf(path),
    remove: () => rm(path, { force: true }),
  };
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
