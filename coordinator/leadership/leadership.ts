/**
 * Makes this coordinator the leader, or lets it stand by until it can lead. A leader that cannot renew its Lease gives up
 * before another candidate may acquire it, so two coordinators never decide at the same time.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { LEADERSHIP } from '../limits.ts';
import { acquired, type Candidate, canAcquire, type ObservedLease, observe, released } from './election.ts';
import type { LeaseAnnotations, LeasePort, StoredLease } from './lease-port.ts';

/** Annotation with the revision and hash of the newest event, so that an audit can compare a journal with it. */
const HEAD_ANNOTATION = 'rollcall.dev/journal-head';

/** The newest durable event of the journal. */
interface Head {
  readonly revision: number;
  readonly hash: string;
}

export interface LeadershipOptions {
  readonly lease: LeasePort;
  /** Unique among the candidates. */
  readonly identity: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** Called when the reason for standing by changes; `why` is a sentence without a full stop. */
  readonly onStandby?: (why: string) => void;
}

export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #candidate: Candidate;
  /** Resolves with the reason when this coordinator loses leadership; from then on it must not decide anything. */
  readonly leadershipLost: Promise<string>;
  readonly #becameLeader: Promise<boolean>;
  #notifyLeading: (isLeading: boolean) => void = () => {};
  #notifyLost: (why: string) => void = () => {};
  #state: 'standby' | 'leading' | 'stopped' = 'standby';
  #observed: ObservedLease | null = null;
  /** When the last successful renewal began. */
  #renewedMs = 0;
  #newestHead: (() => Head) | null = null;
  #cancelNext: () => void = () => {};
  #cancelDeadline: () => void = () => {};
  #attempt: Promise<void> = Promise.resolve();
  #standbyReason = '';

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#candidate = { identity: options.identity, durationMs: LEADERSHIP.leaseMs };
    this.#becameLeader = new Promise((resolve) => (this.#notifyLeading = resolve));
    this.leadershipLost = new Promise((resolve) => (this.#notifyLost = resolve));
  }

  /** Resolves to true when this coordinator leads, and to false if it was stopped first. */
  waitUntilLeading(): Promise<boolean> {
    this.#next(0);
    return this.#becameLeader;
  }

  /** False as soon as a renewal is overdue, even if the timer for that has not fired yet. */
  get isLeading(): boolean {
    return this.#state === 'leading' && this.#options.clock.elapsedMs() - this.#renewedMs < LEADERSHIP.renewWithinMs;
  }

  /**
   * How long no other candidate may acquire the Lease, in milliseconds of the monotonic clock; 0 unless this coordinator
   * leads. Candidates measure from when they first see a renewal, which is never before it began.
   */
  get leaseRemainingMs(): number {
    if (!this.isLeading) return 0;
    return this.#renewedMs + LEADERSHIP.leaseMs - this.#options.clock.elapsedMs();
  }

  /** From now on, every renewal publishes the newest event of the journal. */
  publishHeads(newest: () => Head): void {
    this.#newestHead = newest;
  }

  /** Ends the candidacy and releases the Lease, so that another candidate can lead immediately. */
  async stop(): Promise<void> {
    const wasLeading = this.isLeading;
    this.#end();
    // A renewal in flight must not acquire the Lease again after it was released.
    await this.#attempt;
    if (!wasLeading || this.#observed === null) return;
    const { lease, log } = this.#options;
    try {
      await this.#withTimeout(
        lease.update(this.#observed, released(this.#observed.record, this.#time), this.#annotations),
      );
    } catch (error) {
      log.warn({ err: error }, 'failed to release the Lease; other candidates wait until it expires');
    }
  }

  #next(delayMs: number): void {
    this.#cancelNext = this.#options.clock.after(delayMs, () => {
      this.#attempt = this.#try().then(() => {
        // The jitter keeps candidates from retrying in lockstep.
        const jitterMs = this.#state === 'leading' ? 0 : LEADERSHIP.retryMs * LEADERSHIP.retryJitter;
        if (this.#state !== 'stopped') this.#next(LEADERSHIP.retryMs + jitterMs * this.#options.random());
      });
    });
  }

  async #try(): Promise<void> {
    const { clock, log } = this.#options;
    const begunMs = clock.elapsedMs();
    try {
      const isHeld = await this.#withTimeout(this.#acquireOrRenew());
      if (isHeld) this.#renewed(begunMs);
      else this.#notHeld();
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      const what = `failed to ${this.#state === 'leading' ? 'renew' : 'acquire'} the Lease`;
      log.warn({ err: error }, `${what}; retrying`);
      // After a race, the next attempt reads the new leader.
      const isRace = error instanceof ApiServerError && error.failure === 'conflict';
      if (!isRace) this.#standBy(`${what}: ${error.message}`);
    }
  }

  /** Resolves to whether this coordinator holds the Lease. @throws ApiServerError */
  async #acquireOrRenew(): Promise<boolean> {
    const { lease } = this.#options;
    const stored = await lease.read();
    if (this.#state === 'stopped') return false;
    if (stored === null) {
      this.#observe(await lease.create(acquired(this.#candidate, null, this.#time), this.#annotations));
      return true;
    }
    const observed = this.#observe(stored);
    if (!canAcquire(observed, this.#candidate.identity, this.#options.clock.elapsedMs())) return false;
    const record = acquired(this.#candidate, observed.record, this.#time);
    this.#observe(await lease.update(observed, record, this.#annotations));
    return true;
  }

  #observe(stored: StoredLease): ObservedLease {
    this.#observed = observe(this.#observed, stored, this.#options.clock.elapsedMs());
    return this.#observed;
  }

  #renewed(begunMs: number): void {
    if (this.#state === 'stopped') return;
    const { clock, log } = this.#options;
    this.#renewedMs = begunMs;
    this.#cancelDeadline();
    const leftMs = begunMs + LEADERSHIP.renewWithinMs - clock.elapsedMs();
    this.#cancelDeadline = clock.after(Math.max(0, leftMs), () => {
      this.#lose(`failed to renew the Lease for ${LEADERSHIP.renewWithinMs / 1000} seconds`);
    });
    if (this.#state === 'leading') return;
    this.#state = 'leading';
    log.info({ identity: this.#candidate.identity }, 'became leader');
    this.#notifyLeading(true);
  }

  #notHeld(): void {
    const leader = this.#observed?.record.holder ?? '';
    if (this.#state === 'leading') return this.#lose(`${leader} holds the Lease`);
    if (this.#standBy(`${leader} is the leader`)) {
      this.#options.log.info({ leader }, 'another coordinator is the leader; standing by');
    }
  }

  /** Returns whether the reason is new. */
  #standBy(why: string): boolean {
    if (this.#state !== 'standby' || why === this.#standbyReason) return false;
    this.#standbyReason = why;
    this.#options.onStandby?.(why);
    return true;
  }

  #lose(why: string): void {
    if (this.#state !== 'leading') return;
    this.#end();
    this.#options.log.error({ detail: why }, 'lost leadership');
    this.#notifyLost(why);
  }

  #end(): void {
    this.#state = 'stopped';
    this.#cancelNext();
    this.#cancelDeadline();
    this.#notifyLeading(false);
  }

  /** Bounds an attempt, so that one that hangs does not block the next one. */
  #withTimeout<Value>(attempt: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(LEADERSHIP.attemptMs, () => {
        const message = `the API server did not answer within ${LEADERSHIP.attemptMs / 1000} seconds`;
        reject(new RollcallError('API_SERVER_UNREACHABLE', message));
      });
      attempt.then(resolve, reject).finally(cancel);
    });
  }

  get #annotations(): LeaseAnnotations {
    if (this.#newestHead === null) return {};
    const { revision, hash } = this.#newestHead();
    return { [HEAD_ANNOTATION]: `${revision} ${hash}` };
  }

  get #time(): string {
    return new Date(this.#options.clock.nowMs()).toISOString();
  }
}
