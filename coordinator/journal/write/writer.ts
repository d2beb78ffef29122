/**
 * The only writer of a journal. Appends each batch of rows, and the changes of the derived tables that follow from it, in one durable
 * transaction. It is synchronous and runs in its own thread.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { ChainHasher } from '../../../shared/journal-format/chain-hasher.ts';
import type { Row } from '../../../shared/journal-format/row.ts';
import { messageOf } from '../base/journal-error.ts';
import { ChainReader } from '../read/chain-reader.ts';
import { canBeRetried, checkpoint, openForWriting, walProgress } from '../schema/database.ts';
import { SqlDerivedTables } from '../schema/derived-tables.ts';
import type { FileLock } from '../schema/file-lock.ts';
import { lockFile } from '../schema/file-lock.ts';
import {
  damaged,
  openingProblem,
  rowsMissing,
  unwritable,
  whyStalled,
  writingProblem,
} from '../schema/file-problems.ts';
import { inspectFile, migrate } from '../schema/migrate.ts';
import { Names } from '../schema/name-tables.ts';
import { project } from '../schema/projection.ts';
import type { PruneStep } from './compaction.ts';
import { Compaction } from './compaction.ts';
import { HeadFile } from './head-file.ts';
import type { RowBatch } from './row-batch.ts';
import { rowAt } from './row-batch.ts';

export interface WriterOptions {
  readonly file: string;
  readonly nowMs: number;
  readonly startLinksMax: number;
}

export interface WriterOpened {
  readonly storeId: string;
  /** The newest revision; 0 in a new journal. */
  readonly revision: number;
  /** When the newest row was recorded; 0 in a new journal. */
  readonly recordedMs: number;
  /** The hash of the newest row. */
  readonly hash: Uint8Array;
  readonly size: FileSize;
}

export interface FileSize {
  readonly bytes: number;
  readonly walBytes: number;
  /** Pages in the WAL since it last restarted from its beginning. */
  readonly walPages: number;
  /** The number of these pages that are also in the file. */
  readonly checkpointedPages: number;
}

/**
 * `written`: the whole batch is on disk. `stalled`: none of it is, because the disk is full or not writable; the same batch can be
 * written again later. Other errors are thrown, and the journal cannot be used any further.
 */
export type WriteOutcome =
  | {
      readonly result: 'written';
      readonly size: FileSize;
      /** The hash of the newest row. */
      readonly hash: Uint8Array;
    }
  | { readonly result: 'stalled'; readonly problem: string };

const INSERT_EVENT = `
  INSERT INTO event (seq, recorded_ms, lag_ms, kind, action, node_id, daemon_set_id, cause_trigger, cause_seq,
    actor_id, engine_id, verdict_before, verdict, body, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export class JournalWriter {
  readonly opened: WriterOpened;
  readonly #lock: FileLock;
  readonly #database: Database;
  readonly #headFile: HeadFile;
  readonly #names: Names;
  readonly #tables: SqlDerivedTables;
  readonly #insert: Statement<unknown[]>;
  readonly #compaction: Compaction;
  readonly #write: (batch: RowBatch) => void;
  readonly #hasher = new ChainHasher();
  /** The hash of the newest row on disk. */
  #head: Buffer;

  /** @throws JournalError for a file that is not a journal, has a newer schema, is damaged, or is in use */
  static open(options: WriterOptions): JournalWriter {
    inspectFile(options.file);
    makeFolderOf(options.file);
    const lock = lockFile(options.file);
    let database: Database | undefined;
    let headFile: HeadFile | undefined;
    try {
      database = openForWriting(options.file);
      migrate(database, options.nowMs);
      // Rows of a killed coordinator may only be in the memory of the operating system. From here on they count as durable.
      checkpoint(database);
      headFile = new HeadFile(options.file);
      return new JournalWriter(options, lock, database, headFile);
    } catch (error) {
      headFile?.close();
      database?.close();
      lock.release();
      throw openingProblem(options.file, error);
    }
  }

  private constructor(options: WriterOptions, lock: FileLock, database: Database, headFile: HeadFile) {
    this.#lock = lock;
    this.#database = database;
    this.#headFile = headFile;
    createStore(database, options.nowMs);
    const { revision, recordedMs, storeId } = readStore(database);
    const chain = new ChainReader(database);
    refuseMissingRows(options.file, headFile, chain, { storeId, revision });
    this.#head = Buffer.from(checkNewestLinks(options, chain, revision));
    headFile.write(storeId, revision, this.#head);
    this.#names = new Names(database);
    this.#tables = new SqlDerivedTables(database);
    this.#insert = database.prepare(INSERT_EVENT);
    const transaction = database.transaction((batch: RowBatch) => this.#insertAll(batch));
    this.#write = (batch) => transaction.immediate(batch);
    this.#compaction = new Compaction(database);
    this.opened = { storeId, revision, recordedMs, hash: this.#head, size: this.#size() };
  }

  write(batch: RowBatch): WriteOutcome {
    try {
      this.#hasher.startFrom(this.#head);
      this.#write(batch);
      this.#head = Buffer.from(this.#hasher.head);
      this.#headFile.write(this.opened.storeId, batch.firstRevision + batch.count - 1, this.#head);
    } catch (error) {
      this.#names.forget();
      if (!canBeRetried(error, this.#database.name)) throw writingProblem(this.#database.name, error);
      return { result: 'stalled', problem: whyStalled(error) };
    }
    return { result: 'written', size: this.#size(), hash: this.#head };
  }

  /** @throws JournalError `unwritable` when the disk is too full even to prune; nothing was changed then */
  prune(through: number, rowsMax: number): PruneStep {
    try {
      return this.#compaction.step(through, rowsMax);
    } catch (error) {
      const file = this.#database.name;
      throw canBeRetried(error, file) ? unwritable(file, whyStalled(error)) : writingProblem(file, error);
    }
  }

  catchUp(): void {
    checkpoint(this.#database);
  }

  close(): void {
    this.#database.close();
    this.#headFile.close();
    this.#lock.release();
  }

  #insertAll(batch: RowBatch): void {
    for (let index = 0; index < batch.count; index += 1) {
      this.#insertRow(batch.firstRevision + index, rowAt(batch, index));
    }
  }

  #insertRow(seq: number, row: Row): void {
    const { recordedMs, occurredMs, kind, action, verdict, causeRevision: causeSeq, body } = row;
    const nodeId = row.node === null ? null : this.#names.nodes.idOf(row.node);
    const daemonSetId = row.daemonSet === null ? null : this.#names.daemonSets.idOf(row.daemonSet);
    this.#hasher.append(seq, row);
    this.#insert.run(
      seq,
      recordedMs,
      recordedMs - occurredMs,
      kind,
      action,
      nodeId,
      daemonSetId,
      row.trigger,
      row.causeRevision,
      row.actor === null ? null : this.#names.actors.idOf(row.actor),
      row.engine === null ? null : this.#names.engines.idOf(row.engine),
      row.verdictBefore,
      verdict,
      body,
      this.#hasher.head,
    );
    project({ seq, occurredMs, kind, action, nodeId, daemonSetId, verdict, causeSeq, body }, this.#tables);
  }

  #size(): FileSize {
    const pageSize = this.#database.pragma('page_size', { simple: true }) as number;
    const pageCount = this.#database.pragma('page_count', { simple: true }) as number;
    const wal = statSync(`${this.#database.name}-wal`, { throwIfNoEntry: false });
    const { log, checkpointed } = walProgress(this.#database);
    const walBytes = wal?.size ?? 0;
    return { bytes: pageSize * pageCount, walBytes, walPages: log, checkpointedPages: checkpointed };
  }
}

function makeFolderOf(file: string): void {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw unwritable(file, messageOf(error));
  }
}

function createStore(database: Database, nowMs: number): void {
  const { changes } = database
    .prepare(
      'INSERT INTO store (id, store_id, created_ms) VALUES (1, lower(hex(randomblob(16))), ?) ON CONFLICT DO NOTHING',
    )
    .run(nowMs);
  // The store ID is then in the file even when its log is removed.
  if (changes > 0) checkpoint(database);
}

function readStore(database: Database): { storeId: string; revision: number; recordedMs: number } {
  const sql = `
    SELECT store_id AS storeId, coalesce(seq, pruned_through) AS revision, coalesce(recorded_ms, pruned_ms) AS recordedMs
    FROM store LEFT JOIN (SELECT seq, recorded_ms FROM event ORDER BY seq DESC LIMIT 1)`;
  const row = database.prepare<[], { storeId: string; revision: number; recordedMs: number }>(sql).get();
  if (row === undefined) throw new Error('the journal has no store row');
  return row;
}

/** Refuses to open a journal that lacks durable rows: new rows would reuse revisions that clients have already seen. */
function refuseMissingRows(
  file: string,
  headFile: HeadFile,
  chain: ChainReader,
  { storeId, revision }: { storeId: string; revision: number },
): void {
  const known = headFile.read();
  if (known?.storeId !== storeId) return;
  if (known.revision > revision) throw rowsMissing(file, revision, known.revision, headFile.path);
  const hash = chain.hashAt(known.revision);
  if (hash !== undefined && hash !== known.hash) {
    throw damaged(file, `revision ${known.revision} differs from the row that ${headFile.path} names`);
  }
}

/** Checks the newest links of the chain, so that no row is appended to a damaged end. Returns the hash of the newest row. */
function checkNewestLinks(options: WriterOptions, chain: ChainReader, revision: number): Uint8Array {
  const { link, bad } = chain.checkChain(Math.max(0, revision - options.startLinksMax), revision);
  if (bad !== null) throw damaged(options.file, `at revision ${bad.revision}: ${bad.problem}`);
  return link.hash;
}
