/**
 * Answers questions about a journal from a connection that cannot write. Synchronous; runs in a
 * thread of its own. Every answer is bounded, because nothing can interrupt a query.
 */
import type { Database } from 'better-sqlite3';
import type { ChainCheck, ChainLink } from './chain.ts';
import { ChainReader } from './chain.ts';
import { openForReading } from './database.ts';
import type { EventPage, EventQuery } from './event-query.ts';
import { EventFinder } from './event-query.ts';
import type { JournalEvent } from './events.ts';
import type { JournalLimits } from './limits.ts';
import { compareWithRebuild } from './rebuild.ts';
import type { StoredState } from './stored-state.ts';
import { readState } from './stored-state.ts';

export class JournalReader {
  readonly #database: Database;
  readonly #limits: JournalLimits;
  readonly #finder: EventFinder;
  readonly #chain: ChainReader;

  constructor(file: string, limits: JournalLimits) {
    this.#database = openForReading(file);
    this.#limits = limits;
    this.#finder = new EventFinder(this.#database, limits);
    this.#chain = new ChainReader(this.#database);
  }

  state(): StoredState {
    return this.#database.transaction(() => readState(this.#database, this.#limits))();
  }

  eventPage(query: EventQuery): EventPage {
    return this.#database.transaction(() => this.#finder.page(query))();
  }

  eventsAt(revisions: readonly number[]): JournalEvent[] {
    return this.#finder.at(revisions);
  }

  chainStart(): ChainLink {
    return this.#chain.start();
  }

  checkChain(link: ChainLink, rowsMax: number): ChainCheck {
    return this.#chain.check(link, rowsMax);
  }

  /** Names of the derived tables that differ from a replay of the record. */
  differencesFromRebuild(): string[] {
    return compareWithRebuild(this.#database);
  }

  close(): void {
    this.#database.close();
  }
}
