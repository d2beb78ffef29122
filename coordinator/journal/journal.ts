/**
 * The journal: the append-only log of all changes. It numbers events immediately, writes them in batches in a thread of its own, and
 * reports when they are on disk. Nothing that depends on an event may leave the coordinator before that (docs/invariants.md, 1).
 */
import type { Clock } from '../../shared/clock.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import type { Head } from '../../shared/journal-format/verification.ts';
import { plural } from '../../shared/plural.ts';
import { JournalError } from './base/journal-error.ts';
import type { JournalLimits } from './base/limits.ts';
import { JOURNAL_LIMITS } from './base/limits.ts';
import type { DurableListener, JournalOptions, JournalStatus } from './journal-options.ts';
import { JournalPorts } from './journal-ports.ts';
import { workerThreads } from './journal-threads.ts';
import { Audit } from './maintenance/audit.ts';
import type { PruneReport, RetentionGoal } from './maintenance/retention.ts';
import { Retention } from './maintenance/retention.ts';
import { journalState } from './read/current-state-reader.ts';
import type { EventPage, EventQuery } from './read/event-query.ts';
import { type JournalHistory, journalHistory } from './read/journal-history.ts';
import type { JournalState } from './read/journal-state.ts';
import { Checkpoints } from './write/checkpoints.ts';
import { CommitTimes } from './write/commit-times.ts';
import type { QueuedBatch } from './write/event-queue.ts';
import { EventQueue } from './write/event-queue.ts';
import { RevisionWaiters } from './write/revision-waiters.ts';
import type { FileSize, WriterOpened } from './write/writer.ts';

export type { JournalOptions, JournalStatus } from './journal-options.ts';

export class Journal {
  readonly storeId: string;
  readonly openedWith: { readonly file: string; readonly limits: JournalLimits };
  /** The state at earlier revisions, and the differences between two. */
  readonly history: JournalHistory;
  /** Verification, export, backup and replay. */
  readonly audit: Audit;
  readonly #clock: Clock;
  readonly #onFatal: (error: Error) => void;
  readonly #ports: JournalPorts;
  readonly #checkpoints: Checkpoints;
  readonly #queue: EventQueue;
  readonly #retention: Retention;
  readonly #waiters: RevisionWaiters;
  readonly #listeners = new Set<DurableListener>();
  readonly #commitTimes = new CommitTimes();
  #stored: JournalState | undefined;
  #nextRevision: number;
  #recordedMs: number;
  #size: FileSize;
  #head: { readonly revision: number; readonly hash: Uint8Array };
  #commits = 0;
  #rows = 0;
  #state: JournalStatus['state'] = 'writing';
  #problem = '';
  #writing: Promise<void> | undefined;
  #closing = false;
  #endStall: (() => void) | undefined;

  /** Opens the file, and creates or migrates it as needed. Rejects with a JournalError when the file cannot be used. */
  static async open(options: JournalOptions): Promise<Journal> {
    const limits = { ...JOURNAL_LIMITS, ...options.limits };
    const threads = options.threads ?? workerThreads;
    const { file, clock } = options;
    const ports = new JournalPorts(threads, file, limits);
    try {
      const opened = await ports.writer.open({ file, nowMs: clock.nowMs(), startLinksMax: limits.startLinksMax });
      await ports.openOthers();
      const state = journalState(await ports.reader.state());
      return new Journal(options, limits, ports, opened, state);
    } catch (error) {
      await ports.terminate();
      throw error;
    }
  }

  private constructor(
    options: JournalOptions,
    limits: JournalLimits,
    ports: JournalPorts,
    opened: WriterOpened,
    state: JournalState,
  ) {
    this.storeId = opened.storeId;
    this.#clock = options.clock;
    this.#onFatal = options.onFatal;
    this.openedWith = { file: options.file, limits };
    this.#ports = ports;
    this.#checkpoints = new Checkpoints(ports, limits, (error) => this.#fail(error));
    this.#nextRevision = opened.revision + 1;
    this.#recordedMs = opened.recordedMs;
    this.#size = opened.size;
    this.#head = opened;
    this.#queue = new EventQueue(opened.revision + 1, limits);
    this.#waiters = new RevisionWaiters(opened.revision);
    this.#stored = state;
    const auditor = () => ports.readerPool.auditor();
    this.history = journalHistory(ports.reader, auditor, options.clock);
    this.audit = new Audit(ports.readerPool, limits, options.clock);
    const record = (event: NewEvent) => this.durable(this.append([event]));
    this.#retention = new Retention({ writer: ports.writer, auditor, record }, options.clock, limits);
  }

  /** The state when the journal was opened. Returned only once, so that it is not kept in memory twice. */
  takeState(): JournalState {
    const state = this.#stored;
    if (state === undefined) throw new Error('the state of the journal was already taken');
    this.#stored = undefined;
    return state;
  }

  /** The revision that the next appended event gets. */
  get nextRevision(): number {
    return this.#nextRevision;
  }

  /** Everything up to this revision is on disk. */
  get durableRevision(): number {
    return this.#waiters.reached;
  }

  /** False while too many events wait to be written. Callers that accept changes should then wait. */
  get accepting(): boolean {
    return this.#state === 'writing' && this.#queue.count < this.openedWith.limits.queuedEventsHigh;
  }

  /**
   * Assigns consecutive revisions to the events and queues them for the next commit; returns the first revision. The events must not
   * be changed afterwards. @throws JournalError `overloaded` when too many events are waiting
   */
  append(events: readonly NewEvent[]): number {
    this.#refuseUnlessOpen();
    if (this.#queue.count >= this.openedWith.limits.queuedEventsMax) {
      throw new JournalError(
        'overloaded',
        `the journal accepts no more events: ${this.#queue.count} are waiting for the disk`,
      );
    }
    const first = this.#nextRevision;
    // Recorded times never decrease, even when the clock jumps back, because times map to revisions.
    this.#recordedMs = Math.max(this.#recordedMs, Math.trunc(this.#clock.nowMs()));
    this.#queue.push(events, this.#recordedMs);
    this.#nextRevision += events.length;
    if (events.length > 0) this.#writing ??= this.#writeAll();
    return first;
  }

  /** Resolves when the revision is on disk; rejects when it never will be. */
  durable(revision: number): Promise<void> {
    if (revision >= this.#nextRevision) throw new RangeError(`revision ${revision} has not been appended`);
    return this.#waiters.wait(revision);
  }

  /** Calls the listener after each commit with its events, in order; returns a function that removes the listener. */
  onDurable(listener: DurableListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events that match, newest first by default. Includes only durable events. */
  async events(query: EventQuery): Promise<JournalEvent[]> {
    const limit = Math.min(query.limit, this.openedWith.limits.queryEventsMax);
    const events: JournalEvent[] = [];
    let from: Pick<EventQuery, 'afterRevision' | 'beforeRevision'> = {};
    for (;;) {
      const page = await this.eventPage({ ...query, ...from, limit: limit - events.length });
      events.push(...page.events);
      if (page.continueAt === null || events.length >= limit) return events;
      from = query.oldestFirst === true ? { afterRevision: page.continueAt } : { beforeRevision: page.continueAt };
    }
  }

  /** A page of events, possibly short or empty, and where the next page starts. For filters that match rarely. */
  eventPage(query: EventQuery): Promise<EventPage> {
    return this.#ports.reader.eventPage(query);
  }

  /** The events of these revisions, in this order, without those that the journal does not have. */
  eventsAt(revisions: readonly number[]): Promise<JournalEvent[]> {
    return this.#ports.reader.eventsAt(revisions);
  }

  status(): JournalStatus {
    return {
      bytes: this.#size.bytes,
      walBytes: this.#size.walBytes,
      queuedEvents: this.#nextRevision - 1 - this.durableRevision,
      commits: this.#commits,
      rows: this.#rows,
      commitP99Ms: this.#commitTimes.p99Ms(),
      state: this.#state,
      problem: this.#problem,
    };
  }

  /** The newest row on disk and its hash. Once published elsewhere, it vouches for all rows before it. */
  head(): Head {
    return { revision: this.#head.revision, hash: Buffer.from(this.#head.hash).toString('hex') };
  }

  /** Prunes the oldest rows in small steps between commits. The remaining rows still verify. */
  prune(goal: RetentionGoal): Promise<PruneReport> {
    this.#refuseUnlessOpen();
    return this.#retention.prune(goal, this.durableRevision);
  }

  /** Writes all queued events and closes the file. Rejects when some events could not be written. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#endStall?.();
    await this.#retention.stop();
    await this.#writing;
    const lost = this.#nextRevision - 1 - this.durableRevision;
    if (this.#state !== 'failed') {
      await this.#checkpoints.idle();
      await this.#ports.close();
      this.#state = 'closed';
    }
    await this.#ports.terminate();
    if (lost === 0) return;
    const error = new JournalError('closed', `${plural(lost, 'event')} could not be written: ${this.#problem}`);
    this.#waiters.fail(error);
    throw error;
  }

  async #writeAll(): Promise<void> {
    try {
      // Events appended in the same turn of the event loop join the same commit: a change, its decisions, and the writes that follow.
      await new Promise<void>((resolve) => setImmediate(resolve));
      let batch = this.#queue.take();
      while (batch !== undefined) {
        // One commit at a time: events that arrive meanwhile form the next batch.
        const written = this.#write(batch);
        // Encodes the next batch during the write when it is already full.
        const full = this.#queue.count < this.openedWith.limits.batchEventsMax ? undefined : this.#queue.take();
        if (!(await written)) return;
        this.#published(batch);
        batch = full ?? this.#queue.take();
      }
      this.#writing = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** True when the batch is on disk; false when the journal closes first. */
  async #write(batch: QueuedBatch): Promise<boolean> {
    for (;;) {
      const outcome = await this.#ports.writer.write(batch.rows);
      if (outcome.result === 'written') {
        this.#size = outcome.size;
        this.#head = { revision: batch.lastRevision, hash: outcome.hash };
        this.#state = 'writing';
        this.#problem = '';
        this.#checkpoints.afterCommit(outcome.size);
        return true;
      }
      this.#state = 'stalled';
      this.#problem = outcome.problem;
      if (this.#closing) return false;
      this.#checkpoints.whileStalled();
      await this.#stall();
    }
  }

  /** Waits before the next attempt; closing ends the wait. */
  #stall(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.openedWith.limits.stallRetryMs, resolve);
      this.#endStall = () => {
        cancel();
        resolve();
      };
    });
  }

  #published(batch: QueuedBatch): void {
    this.#commits += 1;
    this.#rows += batch.rows.count;
    const commitMs = this.#clock.nowMs() - batch.appendedMs;
    this.#commitTimes.add(commitMs);
    this.#waiters.reach(batch.lastRevision);
    if (this.#listeners.size === 0) return;
    const events = batch.events();
    for (const listener of this.#listeners) listener(batch.lastRevision, events, commitMs);
  }

  #fail(cause: unknown): void {
    if (this.#state === 'failed') return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#state = 'failed';
    this.#problem = error.message;
    this.#waiters.fail(error);
    this.#onFatal(error);
  }

  #refuseUnlessOpen(): void {
    if (this.#state === 'failed') throw new JournalError('closed', `the journal cannot be written: ${this.#problem}`);
    if (this.#closing) throw new JournalError('closed', 'the journal is closed');
  }
}
