/**
 * Decides when the plan of each DaemonSet is made: at once after a change, one pass per DaemonSet at a time, and less often where a
 * pass takes long and changes follow each other closely. What nothing changes costs nothing.
 */
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { PASS_PAUSE_FACTOR, PASSES_PARALLEL } from '../limits.ts';

export interface PassResult {
  /** Whether the pass wrote to the cluster, so that the next one follows without a pause. */
  readonly hasWritten: boolean;
  /** How long the pass occupied the event loop. */
  readonly planningMs: number;
  /** When the next pass is due without a change, in milliseconds from now; `null`: never. */
  readonly againInMs: number | null;
}

interface Entry {
  isDue: boolean;
  isRunning: boolean;
  cancelTimer: () => void;
}

const NOTHING = () => {};

export class PassQueue {
  readonly #clock: Clock;
  readonly #pass: (key: DaemonSetKey) => Promise<PassResult>;
  readonly #entries = new Map<DaemonSetKey, Entry>();
  readonly #waiting: DaemonSetKey[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;
  #isStopped = false;

  /** `pass` must not reject. */
  constructor(clock: Clock, pass: (key: DaemonSetKey) => Promise<PassResult>) {
    this.#clock = clock;
    this.#pass = pass;
  }

  /** Something changed that the plan depends on. */
  add(key: DaemonSetKey): void {
    if (this.#isStopped) return;
    const entry = this.#entries.get(key) ?? { isDue: false, isRunning: false, cancelTimer: NOTHING };
    this.#entries.set(key, entry);
    if (entry.isDue) return;
    entry.isDue = true;
    if (!entry.isRunning) this.#enqueue(key);
  }

  /** The DaemonSet does not exist any more. */
  remove(key: DaemonSetKey): void {
    this.#entries.get(key)?.cancelTimer();
    this.#entries.delete(key);
  }

  /** Starts no further pass; resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { cancelTimer } of this.#entries.values()) cancelTimer();
    this.#waiting.length = 0;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #enqueue(key: DaemonSetKey): void {
    this.#waiting.push(key);
    // Changes that arrive in the same turn of the event loop share the pass.
    if (this.#running < PASSES_PARALLEL) void Promise.resolve().then(() => this.#next());
  }

  #next(): void {
    while (this.#running < PASSES_PARALLEL && !this.#isStopped) {
      const key = this.#waiting.shift();
      if (key === undefined) return;
      const entry = this.#entries.get(key);
      if (entry !== undefined && !entry.isRunning) void this.#run(key, entry);
    }
  }

  async #run(key: DaemonSetKey, entry: Entry): Promise<void> {
    entry.cancelTimer();
    entry.isDue = false;
    entry.isRunning = true;
    this.#running++;
    const result = await this.#pass(key);
    this.#running--;
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    if (this.#isStopped) return;
    this.#schedule(key, entry, result);
    this.#next();
  }

  /** The entry counts as running during the pause, so that changes wait for its end. */
  #schedule(key: DaemonSetKey, entry: Entry, { hasWritten, planningMs, againInMs }: PassResult): void {
    const pauseMs = hasWritten ? 0 : planningMs * PASS_PAUSE_FACTOR;
    entry.cancelTimer = this.#clock.after(pauseMs, () => {
      entry.isRunning = false;
      if (this.#entries.get(key) !== entry) return;
      if (entry.isDue) return this.#enqueue(key);
      if (againInMs !== null) entry.cancelTimer = this.#clock.after(againInMs, () => this.add(key));
    });
  }
}
