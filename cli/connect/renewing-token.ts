/** A token that is renewed before it expires, so that a watch can run for longer than the lifetime of one token. */
import type { Clock } from '../../shared/clock.ts';

export interface Token {
  readonly text: string;
  readonly lifeMs: number;
}

/** The part of its lifetime after which a token is renewed, as in the kubelet. This leaves time for several attempts. */
const RENEWED_AFTER = 0.8;

export class RenewingToken {
  readonly #request: () => Promise<Token>;
  readonly #clock: Clock;
  #held: (Token & { readonly fromMs: number }) | null = null;
  #renewal: Promise<void> | null = null;
  #problem: string | null = null;

  /** `request` throws if it cannot obtain a token. */
  constructor(request: () => Promise<Token>, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** Why there is no valid token; `null` if there is one. */
  get problem(): string | null {
    return this.#problem;
  }

  /** @throws the error of the request if no valid token is left */
  async current(): Promise<string> {
    if (!this.#isValidFor(RENEWED_AFTER)) {
      this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
      await this.#renewal;
    }
    if (this.#held === null) throw new Error('a renewal returned no token');
    return this.#held.text;
  }

  async #renew(): Promise<void> {
    const fromMs = this.#clock.nowMs();
    try {
      this.#held = { ...(await this.#request()), fromMs };
      this.#problem = null;
    } catch (error) {
      if (this.#isValidFor(1)) return;
      this.#problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** Uses wall-clock time, because monotonic clocks stop while a machine sleeps. */
  #isValidFor(part: number): boolean {
    return this.#held !== null && this.#clock.nowMs() < this.#held.fromMs + this.#held.lifeMs * part;
  }
}
