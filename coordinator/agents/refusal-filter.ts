/** Limits how often refusals of agents are journalled, because a refused agent retries every few seconds. */
import type { Clock } from '../../shared/clock.ts';
import type { RollcallError } from '../../shared/errors.ts';
import { REFUSALS } from '../limits.ts';
import { isRecordable } from './agent-admission.ts';

export class RefusalFilter {
  readonly #clock: Clock;
  /** When each node and reason was last journalled, oldest first. */
  readonly #recordedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True for the first refusal of a node with a reason, and again after the window. */
  shouldRecord(node: string, error: RollcallError): boolean {
    if (!isRecordable(node, error)) return false;
    const nowMs = this.#clock.nowMs();
    this.#forgetUntil(nowMs - REFUSALS.windowMs);
    const key = `${node} ${error.reason}`;
    // A peer that invents node names appears in the log and the metrics only.
    if (this.#recordedMs.has(key) || this.#recordedMs.size >= REFUSALS.tracked) return false;
    this.#recordedMs.set(key, nowMs);
    return true;
  }

  #forgetUntil(timeMs: number): void {
    for (const [key, recordedMs] of this.#recordedMs) {
      if (recordedMs > timeMs) return;
      this.#recordedMs.delete(key);
    }
  }
}
