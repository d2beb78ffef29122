/**
 * Delays writes after requests that failed: per DaemonSet and node if the API server refused one, and all writes if it is overloaded
 * or cannot be reached. A failing request is never repeated in a loop.
 */
import type { ApiServerFailure } from '../../shared/api-server/api-server-error.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { REFUSED_WRITE_BACKOFF, WRITE_PAUSE } from '../limits.ts';

export interface RefusedWrite {
  readonly untilMs: number;
  /** What the API server answered. */
  readonly message: string;
}

/** What is needed of the error of a request. */
export interface FailedWrite {
  readonly message: string;
  readonly failure?: ApiServerFailure;
  readonly retryAfterMs?: number | undefined;
}

interface Entry extends RefusedWrite {
  readonly delayMs: number;
}

export class WriteBackoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #entries = new Map<DaemonSetKey, Map<string, Entry>>();
  #pausedUntilMs = 0;
  #pauseMs = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Until when nothing may be written for the DaemonSet on the node; `null`: it may be written now. `''`: a ControllerRevision. */
  refused(key: DaemonSetKey, node: string): RefusedWrite | null {
    const entry = this.#entries.get(key)?.get(node);
    return entry !== undefined && entry.untilMs > this.#clock.elapsedMs() ? entry : null;
  }

  /** How long nothing at all may be written; 0: now. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.elapsedMs());
  }

  failed(key: DaemonSetKey, node: string, error: FailedWrite): void {
    const nowMs = this.#clock.elapsedMs();
    const entries = this.#entries.get(key) ?? new Map<string, Entry>();
    this.#entries.set(key, entries);
    const { firstMs, maxMs } = REFUSED_WRITE_BACKOFF;
    const delayMs = Math.min((entries.get(node)?.delayMs ?? firstMs / 2) * 2, maxMs);
    const untilMs = nowMs + Math.max(error.retryAfterMs ?? 0, delayMs * (1 + this.#random() / 2));
    entries.set(node, { delayMs, untilMs, message: error.message });
    if (!isUnavailable(error)) return;
    // Requests that failed together lengthen the pause once.
    if (this.#pausedUntilMs <= nowMs)
      this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, WRITE_PAUSE.firstMs), WRITE_PAUSE.maxMs);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + Math.max(error.retryAfterMs ?? 0, this.#pauseMs));
  }

  succeeded(key: DaemonSetKey, node: string): void {
    this.#pauseMs = 0;
    this.#entries.get(key)?.delete(node);
  }

  /** The DaemonSet does not exist any more, or has changed in a way that may help. */
  forget(key: DaemonSetKey): void {
    this.#entries.delete(key);
  }
}

/** The API server itself fails, and not this request. A 5xx can be a webhook of one kind of pod, so it pauses nothing else. */
function isUnavailable({ failure }: FailedWrite): boolean {
  return failure === 'throttled' || failure === 'unreachable' || failure === 'stalled';
}
