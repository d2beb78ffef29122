/** Whether a program is ready, and all reasons if it is not. */

export class Readiness {
  readonly #reasons = new Map<string, string>();
  readonly #checks: (() => string | null)[] = [];

  /** The program is not ready for this reason until `clear` is called with the same subject. */
  block(subject: string, reason: string): void {
    this.#reasons.set(subject, reason);
  }

  clear(subject: string): void {
    this.#reasons.delete(subject);
  }

  /** Runs the check on every request. The check returns a reason for not being ready, or `null`. */
  addCheck(check: () => string | null): void {
    this.#checks.push(check);
  }

  /** Sentences without a full stop; empty if the program is ready. */
  reasons(): string[] {
    return [...this.#reasons.values(), ...this.#checks.flatMap((check) => check() ?? [])];
  }
}
