/** Whether a program can do its work right now, and if not, every reason why not. */

export class Readiness {
  readonly #reasons = new Map<string, string>();
  readonly #checks: (() => string | null)[] = [];

  /** Not ready because of this, until `clear` is called with the same subject. */
  block(subject: string, reason: string): void {
    this.#reasons.set(subject, reason);
  }

  clear(subject: string): void {
    this.#reasons.delete(subject);
  }

  /** Asks each time; the answer is a reason for not being ready, or `null`. */
  addCheck(check: () => string | null): void {
    this.#checks.push(check);
  }

  /** Sentences without a full stop; none: ready. */
  reasons(): string[] {
    return [...this.#reasons.values(), ...this.#checks.flatMap((check) => check() ?? [])];
  }
}
