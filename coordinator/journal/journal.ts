/**
 * The journal: the append-only record of all changes. It numbers events at once, writes them in
 * groups in a thread of its own, and says when they are on disk. Nothing that depends on an event may
 * leave the coordinator before `durable` says so (docs/invariants.md, 1).
 */
import type { Clock } from '../../shared/clock.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import type { Head } from '../../shared/journal-format/verification.ts';
import { JournalError } from './journal-error.ts';
import type { DurableListener, JournalOptions, JournalStatus } from './journal-options.ts';
import { JournalPorts } from './journal-ports.ts';
import { workerThreads } from './journal-threads.ts';
import type { JournalLimits } from './limits.ts';
import { JOURNAL_LIMITS } from './limits.ts';
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
  /** What held at a moment, and what changed between two. */
  readonly history: JournalHistory;
  /** Checks, copies and replays of the record. */
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

  /** Opens, and where needed makes or migrates, the file. A user's mistake rejects with a JournalError. */
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
    const auditor = () => ports.auditor();
    this.history = journalHistory(ports.reader, auditor, options.clock);
    this.audit = new Audit(ports, limits, options.clock);
    const record = (event: NewEvent) => this.durable(this.append([event]));
    this.#retention = new Retention({ writer: ports.writer, auditor, record }, options.clock, limits);
  }

  /** What was in force when the journal was opened. Handed over once, so that it is not kept twice. */
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

  /** False while more waits to be written than is good; whoever takes in changes should then wait. */
  get accepting(): boolean {
    return this.#state === 'writing' && this.#queue.count < this.openedWith.limits.queuedEventsHigh;
  }

  /**
   * Gives the events consecutive revisions and queues them for the next commit; returns the first.
   * They must not be changed afterwards. Throws a JournalError when too much is waiting already.
   */
  append(events: readonly NewEvent[]): number {
    this.#refuseUnlessOpen();
    if (this.#queue.count >= this.openedWith.limits.queuedEventsMax) {
      throw new JournalError('overloaded', `${this.#queue.count} events wait for the disk; no more are taken.`);
    }
    const first = this.#nextRevision;
    // A clock that jumps back must not put a row before its predecessor: times map to revisions.
    this.#recordedMs = Math.max(this.#recordedMs, Math.trunc(this.#clock.nowMs()));
    this.#queue.push(events, this.#recordedMs);
    this.#nextRevision += events.length;
    if (events.length > 0) this.#writing ??= this.#writeAll();
    return first;
  }

  /** Resolves once the revision is on disk; rejects when it never will be. */
  durable(revision: number): Promise<void> {
    if (revision >= this.#nextRevision) throw new RangeError(`revision ${revision} was not appended yet`);
    return this.#waiters.wait(revision);
  }

  /** Calls the listener after every commit with its events, in order; returns a function that ends that. */
  onDurable(listener: DurableListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rows of the record, newest first unless asked otherwise. Sees only what is durable. */
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

  /** As many rows as one bounded look finds, and where to go on: for filters that match seldom. */
  eventPage(query: EventQuery): Promise<EventPage> {
    return this.#ports.reader.eventPage(query);
  }

  /** The rows of these revisions, in their order; those that are not there are left out. */
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

  /** The newest row that is on disk, and its hash: published, it vouches for everything before it. */
  head(): Head {
    return { revision: this.#head.revision, hash: Buffer.from(this.#head.hash).toString('hex') };
  }

  /** Lets go of the oldest rows, in small steps between commits; what stays still verifies. */
  prune(goal: RetentionGoal): Promise<PruneReport> {
    this.#refuseUnlessOpen();
    return this.#retention.prune(goal, this.durableRevision);
  }

  /** Writes what waits, and closes the file. Rejects when something could not be written. */
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
    const error = new JournalError('closed', `${lost} events could not be written: ${this.#problem}`);
    this.#waiters.fail(error);
    throw error;
  }

  async #writeAll(): Promise<void> {
    try {
      // Whatever is appended in the same turn joins the same commit.
      await Promise.resolve();
      let batch = this.#queue.take();
      while (batch !== undefined) {
        // One commit after the other: what arrives meanwhile is the next batch.
        const written = this.#write(batch);
        // What fills a batch already is made ready while the disk works.
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

  /** True once the batch is on disk; false when the journal closes before that. */
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

  /** Waits a while before the next attempt; closing cuts it short. */
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
    if (this.#state === 'failed') throw new JournalError('closed', `The journal cannot be written: ${this.#problem}`);
    if (this.#closing) throw new JournalError('closed', 'The journal is closed.');
  }
}
