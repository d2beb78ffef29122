/** The service of the checkpoint thread: copies committed pages from the WAL into the file. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { opened } from '../base/opened.ts';
import { checkpoint, openForWriting } from '../schema/database.ts';

export class CheckpointService {
  #database: Database | undefined;
  #descriptor: number | undefined;

  open(file: string): void {
    this.#database = openForWriting(file);
    this.#descriptor = openSync(file, 'r+');
  }

  /**
   * Copies what it can while the writer writes, and waits until the copied pages are on disk. SQLite itself syncs only after the
   * last page was copied, and then everything since the last sync, which would delay the commit that restarts the WAL.
   */
  checkpoint(): void {
    checkpoint(opened(this.#database), () => fsyncSync(opened(this.#descriptor)));
  }

  /** Call it after all other connections closed: closing a descriptor releases the locks that this process holds on the file. */
  close(): void {
    this.#database?.close();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#database = undefined;
    this.#descriptor = undefined;
  }
}
