/** Waits until every node of the roll has answered. */
import type { Clock } from '../../shared/clock.ts';

/** A dozen agents start within seconds; on a busy machine it takes longer, but not this long. */
const WAIT_MS_MAX = 60_000;

const ASK_INTERVAL_MS = 100;

export interface UntilCompleteOptions {
  readonly coordinator: { getStatus(): Promise<{ readonly complete: boolean }> };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Resolves to false when that took too long, or when the user ended it. */
export async function untilComplete({ coordinator, clock, signal }: UntilCompleteOptions): Promise<boolean> {
  const deadlineMs = clock.nowMs() + WAIT_MS_MAX;
  while (!signal.aborted && clock.nowMs() < deadlineMs) {
    const { complete } = await coordinator.getStatus();
    if (complete) return true;
    await new Promise<void>((resolve) => clock.after(ASK_INTERVAL_MS, resolve));
  }
  return false;
}
