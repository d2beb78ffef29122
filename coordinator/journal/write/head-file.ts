/**
 * The newest row that was on disk and its hash, in a small file beside the journal: so a start notices when newest rows are gone,
 * be it that somebody cut them off, took the write-ahead log away, or put an old copy in the place of the file.
 *
 * It is written after each commit and never waited for. After a loss of power it may tell of an older row, never of a newer one.
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

/** Digits of a revision: each line is as long as the one that it is written over. */
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

  /** `undefined` where the file says nothing, as in a new journal, or nothing that can be read. */
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
      // The rows are on disk whatever becomes of this; it tells of older ones until it can be written again.
      if (codeOf(error) === '') throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
