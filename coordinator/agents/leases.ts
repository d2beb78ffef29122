/** Notices agents that have fallen silent. One timer per agent, looked at again when it fires, so that a message costs nothing. */
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

  /** Looks at the agent after `delayMs`, and then whenever its lease would run out. */
  start(record: AgentRecord, delayMs: number): void {
    record.cancelLease();
    record.cancelLease = this.#clock.after(delayMs, () => {
      const remainingMs = record.lastSeenMs + this.#leaseMs - this.#clock.nowMs();
      if (remainingMs > 0) this.start(record, remainingMs);
      else this.#expired(record);
    });
  }
}
