/** A token that is asked for anew before it ends, so that whoever watches for longer than it lives goes on. */
import type { Clock } from '../../shared/clock.ts';

export interface Token {
  readonly text: string;
  readonly lifeMs: number;
}

/** After which part of its life a token is renewed, as the kubelet does it: time is left for a few attempts. */
const RENEWED_AFTER = 0.8;

export class RenewingToken {
  readonly #request: () => Promise<Token>;
  readonly #clock: Clock;
  #held: (Token & { readonly fromMs: number }) | null = null;
  #renewal: Promise<void> | null = null;
  #problem: string | null = null;

  /** `request` throws where none is to be had. */
  constructor(request: () => Promise<Token>, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** Why there is no token any more; `null` where there is one. */
  get problem(): string | null {
    return this.#problem;
  }

  /** @throws what the request threw, where no token is left that is still good. */
  async current(): Promise<string> {
    if (!this.#livesFor(RENEWED_AFTER)) {
      this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
      await this.#renewal;
    }
    if (this.#held === null) throw new Error('a renewal left no token');
    return this.#held.text;
  }

  async #renew(): Promise<void> {
    const fromMs = this.#clock.nowMs();
    try {
      this.#held = { ...(await this.#request()), fromMs };
      this.#problem = null;
    } catch (error) {
      if (this.#livesFor(1)) return;
      this.#problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** By the time of day, because a machine that sleeps grows no older by any other. */
  #livesFor(part: number): boolean {
    return this.#held !== null && this.#clock.nowMs() < this.#held.fromMs + this.#held.lifeMs * part;
  }
}
