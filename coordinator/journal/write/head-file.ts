/**
 * Stores the newest durable row and its hash in a small file beside the journal, so that a start detects missing newest rows: they
 * were deleted, the write-ahead log was removed, or an older copy replaced the file.
 *
 * It is written after each commit, without waiting for the disk. After a power failure it may name an older row, never a newer one.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { codeOf } from '../base/journal-error.ts';
import { unwritable } from '../schema/file-problems.ts';

export interface StoredHead {
  readonly storeId: string;
  readonly revision: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Digits of a revision. A fixed number, because each line overwrites the previous one. */
const REVISION_DIGITS = 16;
const LINE = /^([0-9a-f]{32}) (\d{16}) ([0-9a-f]{64})\n/;

export class HeadFile {
  readonly path: string;
  readonly #descriptor: number;

  constructor(file: string) {
    this.path = `${file}.head`;
    try {
      this.#descriptor = openSync(this.path, constants.O_RDWR | constants.O_CREAT);
    } catch (error) {
      throw unwritable(this.path, codeOf(error));
    }
  }

  /** `undefined` when the file is empty, as in a new journal, or unreadable. */
  read(): StoredHead | undefined {
    const [, storeId, revision, hash] = LINE.exec(readFileSync(this.path, 'latin1')) ?? [];
    if (storeId === undefined || hash === undefined) return undefined;
    return { storeId, revision: Number(revision), hash };
  }

  write(storeId: string, revision: number, hash: Uint8Array): void {
    const digits = String(revision).padStart(REVISION_DIGITS, '0');
    try {
      writeSync(this.#descriptor, `${storeId} ${digits} ${Buffer.from(hash).toString('hex')}\n`, 0);
    } catch (error) {
      // The rows are on disk even when this fails. The file names an older row until it can be written again.
      if (codeOf(error) === '') throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
