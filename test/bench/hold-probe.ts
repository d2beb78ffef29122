/** Looks every millisecond whether this thread's event loop gets its turn, and keeps when it did not. */

/** When a thread was held: by the clock that all threads share. */
export interface HoldSpan {
  readonly startMs: number;
  readonly endMs: number;
}

const LOOK_MS = 1;
/** Timers are that late at rest. */
const HOLD_MS_MIN = 2;

export class HoldProbe {
  readonly #spans: HoldSpan[] = [];
  #dueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #stopped: (() => void) | undefined;

  start(): void {
    this.#look(nowMs());
  }

  /** After one more look, which sees a hold that is not over yet. */
  async stop(): Promise<readonly HoldSpan[]> {
    this.#isStopping = true;
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    clearTimeout(this.#timer);
    return this.#spans;
  }

  #look(startMs: number): void {
    this.#dueMs = startMs + LOOK_MS;
    this.#timer = setTimeout(() => {
      const endMs = nowMs();
      if (endMs - this.#dueMs >= HOLD_MS_MIN) this.#spans.push({ startMs: this.#dueMs, endMs });
      if (this.#isStopping) this.#stopped?.();
      else this.#look(endMs);
    }, LOOK_MS);
  }
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
