/** Detects absent agents. One timer per agent checks the lease when it fires, so that a received message costs nothing. */
import type { Clock } from '../../shared/clock.ts';
import type { AgentRecord } from './agent-record.ts';

export class Leases {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #expired: (record: AgentRecord) => void;

  constructor({ clock, leaseMs, expired }: { clock: Clock; leaseMs: number; expired: (record: AgentRecord) => void }) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#expired = expired;
  }

  /** Checks the lease of the agent after `delayMs`, and then at each time at which it can expire. */
  start(record: AgentRecord, delayMs: number): void {
    record.cancelLease();
    record.cancelLease = this.#clock.after(delayMs, () => {
      const remainingMs = record.lastSeenMs + this.#leaseMs - this.#clock.nowMs();
      if (remainingMs > 0) this.start(record, remainingMs);
      else this.#expired(record);
    });
  }
}
