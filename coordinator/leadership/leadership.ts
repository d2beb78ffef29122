/**
 * Makes this coordinator the one leader, or lets it stand by until it can be. A leader that cannot renew
 * its lease gives up before anybody else may take it, so two never decide at the same time.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { LEADERSHIP } from '../limits.ts';
import { acquired, type Candidate, canAcquire, type ObservedLease, observe, released } from './election.ts';
import type { LeaseAnnotations, LeasePort, StoredLease } from './lease-port.ts';

/** Under which the newest row of the journal is published: its revision and hash, to hold a journal against later. */
const HEAD_ANNOTATION = 'rollcall.dev/journal-head';

/** The newest row of a journal that is on disk. */
interface Head {
  readonly revision: number;
  readonly hash: string;
}

export interface LeadershipOptions {
  readonly lease: LeasePort;
  /** Unlike any other candidate's, such as the name of the pod. */
  readonly identity: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** Hears why this coordinator does not lead yet, whenever that changes: a sentence without a full stop. */
  readonly onStandby?: (why: string) => void;
}

export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #candidate: Candidate;
  /** Resolves, with why, when this coordinator led and may no longer; from then on it must decide nothing. */
  readonly leadershipLost: Promise<string>;
  readonly #led: Promise<boolean>;
  #notifyLeading: (isLeading: boolean) => void = () => {};
  #notifyLost: (why: string) => void = () => {};
  #state: 'standby' | 'leading' | 'over' = 'standby';
  #observed: ObservedLease | null = null;
  /** When the newest renewal that went well was begun. */
  #renewedMs = 0;
  #newestHead: (() => Head) | null = null;
  #cancelNext: () => void = () => {};
  #cancelDeadline: () => void = () => {};
  #attempt: Promise<void> = Promise.resolve();
  #standsByBecause = '';

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#candidate = { identity: options.identity, durationMs: LEADERSHIP.leaseMs };
    this.#led = new Promise((resolve) => (this.#notifyLeading = resolve));
    this.leadershipLost = new Promise((resolve) => (this.#notifyLost = resolve));
  }

  /** Resolves to true once this coordinator leads, and to false where it was stopped before it did. */
  waitUntilLeading(): Promise<boolean> {
    this.#next(0);
    return this.#led;
  }

  /** False from the moment on at which a renewal is overdue, also where no timer has told so yet. */
  get isLeading(): boolean {
    return this.#state === 'leading' && this.#options.clock.elapsedMs() - this.#renewedMs < LEADERSHIP.renewWithinMs;
  }

  /**
   * How long no other candidate may take the lease, in milliseconds of the monotonic clock; 0 unless this coordinator
   * leads. Candidates measure from when they first see a renewal, which is never before it began.
   */
  get leaseRemainingMs(): number {
    if (!this.isLeading) return 0;
    return this.#renewedMs + LEADERSHIP.leaseMs - this.#options.clock.elapsedMs();
  }

  /** From now on the newest head goes along with every renewal. */
  publishHeads(newest: () => Head): void {
    this.#newestHead = newest;
  }

  /** Stands for election no more, and lets go of the lease so that another one can lead at once. */
  async stop(): Promise<void> {
    const wasLeading = this.isLeading;
    this.#end();
    // A renewal that is on its way must not take back what is let go here.
    await this.#attempt;
    if (!wasLeading || this.#observed === null) return;
    const { lease, log } = this.#options;
    try {
      await this.#inTime(lease.update(this.#observed, released(this.#observed.record, this.#time), this.#annotations));
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be let go of; another coordinator has to wait until it runs out');
    }
  }

  #next(delayMs: number): void {
    this.#cancelNext = this.#options.clock.after(delayMs, () => {
      this.#attempt = this.#try().then(() => {
        // Spread, so that candidates do not ask at the same moment for ever.
        const spread = this.#state === 'leading' ? 0 : LEADERSHIP.retryMs * LEADERSHIP.retryJitter;
        if (this.#state !== 'over') this.#next(LEADERSHIP.retryMs + spread * this.#options.random());
      });
    });
  }

  async #try(): Promise<void> {
    const { clock, log } = this.#options;
    const begunMs = clock.elapsedMs();
    try {
      const isHeld = await this.#inTime(this.#takeOrRenew());
      if (isHeld) this.#renewed(begunMs);
      else this.#notHeld();
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      const what = this.#state === 'leading' ? 'the lease could not be renewed' : 'the lease could not be taken';
      log.warn({ err: error }, `${what}; trying again`);
      // Whoever was faster is told at the next look.
      const isRace = error instanceof ApiServerError && error.failure === 'conflict';
      if (!isRace) this.#standBy(`${what}: ${error.message}`);
    }
  }

  /** Whether this coordinator holds the lease now. @throws ApiServerError */
  async #takeOrRenew(): Promise<boolean> {
    const { lease } = this.#options;
    const stored = await lease.read();
    if (this.#state === 'over') return false;
    if (stored === null) {
      this.#see(await lease.create(acquired(this.#candidate, null, this.#time), this.#annotations));
      return true;
    }
    const observed = this.#see(stored);
    if (!canAcquire(observed, this.#candidate.identity, this.#options.clock.elapsedMs())) return false;
    const record = acquired(this.#candidate, observed.record, this.#time);
    this.#see(await lease.update(observed, record, this.#annotations));
    return true;
  }

  #see(stored: StoredLease): ObservedLease {
    this.#observed = observe(this.#observed, stored, this.#options.clock.elapsedMs());
    return this.#observed;
  }

  #renewed(begunMs: number): void {
    if (this.#state === 'over') return;
    const { clock, log } = this.#options;
    this.#renewedMs = begunMs;
    this.#cancelDeadline();
    const leftMs = begunMs + LEADERSHIP.renewWithinMs - clock.elapsedMs();
    this.#cancelDeadline = clock.after(Math.max(0, leftMs), () => {
      this.#lose(`the lease could not be renewed for ${LEADERSHIP.renewWithinMs / 1000} seconds`);
    });
    if (this.#state === 'leading') return;
    this.#state = 'leading';
    log.info({ identity: this.#candidate.identity }, 'this coordinator leads');
    this.#notifyLeading(true);
  }

  #notHeld(): void {
    const leader = this.#observed?.record.holder ?? '';
    if (this.#state === 'leading') return this.#lose(`${leader} holds the lease`);
    if (this.#standBy(`${leader} leads`)) {
      this.#options.log.info({ leader }, 'another coordinator leads; standing by');
    }
  }

  /** Whether that is new. */
  #standBy(why: string): boolean {
    if (this.#state !== 'standby' || why === this.#standsByBecause) return false;
    this.#standsByBecause = why;
    this.#options.onStandby?.(why);
    return true;
  }

  #lose(why: string): void {
    if (this.#state !== 'leading') return;
    this.#end();
    this.#options.log.error({ detail: why }, 'this coordinator leads no more');
    this.#notifyLost(why);
  }

  #end(): void {
    this.#state = 'over';
    this.#cancelNext();
    this.#cancelDeadline();
    this.#notifyLeading(false);
  }

  /** An attempt that hangs must not keep the next one from being made. */
  #inTime<Value>(attempt: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(LEADERSHIP.attemptMs, () => {
        const late = `the API server did not answer within ${LEADERSHIP.attemptMs / 1000} seconds`;
        reject(new RollcallError('API_SERVER_UNREACHABLE', late));
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
