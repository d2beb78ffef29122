/** Which refusals of agents are worth a row: an agent that is refused comes back every few seconds, for days. */
import type { Clock } from '../../shared/clock.ts';
import type { RollcallError } from '../../shared/errors.ts';
import { REFUSALS } from '../limits.ts';
import { isRecordable } from './agent-admission.ts';

export class RefusalFilter {
  readonly #clock: Clock;
  /** When each node was last given a row for a reason, oldest first. */
  readonly #toldMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True for the first refusal of a node for a reason, and again once a window has passed. */
  shouldRecord(node: string, error: RollcallError): boolean {
    if (!isRecordable(node, error)) return false;
    const nowMs = this.#clock.nowMs();
    this.#forgetUntil(nowMs - REFUSALS.windowMs);
    const key = `${node} ${error.reason}`;
    // Whoever invents names without end is in the log and the metrics, and not in the journal.
    if (this.#toldMs.has(key) || this.#toldMs.size >= REFUSALS.tracked) return false;
    this.#toldMs.set(key, nowMs);
    return true;
  }

  #forgetUntil(timeMs: number): void {
    for (const [key, toldMs] of this.#toldMs) {
      if (toldMs > timeMs) return;
      this.#toldMs.delete(key);
    }
  }
}
