/** Waits until the agents of all nodes have reported. */
import type { Clock } from '../../shared/clock.ts';

/** A dozen agents start within seconds; even on a busy machine, they need less than this. */
const WAIT_MS_MAX = 60_000;

const ASK_INTERVAL_MS = 100;

export interface UntilCompleteOptions {
  readonly coordinator: { getStatus(): Promise<{ readonly complete: boolean }> };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Resolves to false if that takes too long, or if the user stops it. */
export async function untilComplete({ coordinator, clock, signal }: UntilCompleteOptions): Promise<boolean> {
  const deadlineMs = clock.nowMs() + WAIT_MS_MAX;
  while (!signal.aborted && clock.nowMs() < deadlineMs) {
    const { complete } = await coordinator.getStatus();
    if (complete) return true;
    await new Promise<void>((resolve) => clock.after(ASK_INTERVAL_MS, resolve));
  }
  return false;
}
