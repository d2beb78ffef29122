/** Everything that must end with the process: each part registers when it starts, and one call ends them all. */

/** Resolves when the part has ended. */
type End = () => void | Promise<void>;

interface Registration {
  readonly name: string;
  readonly end: End;
}

export class ShutdownRegistry {
  readonly #registrations: Registration[] = [];
  #stopping: Promise<void> | undefined;
  #isStopped = false;

  /**
   * Adds a part; `name` identifies it in error messages. Returns a function that removes it again, for a part that
   * ends before the process does. A part that registers during `stop` is ended next, and after `stop` immediately.
   */
  register(name: string, end: End): () => void {
    if (this.#isStopped) {
      void end();
      return () => {};
    }
    const registration = { name, end };
    this.#registrations.push(registration);
    return () => {
      const index = this.#registrations.lastIndexOf(registration);
      if (index >= 0) this.#registrations.splice(index, 1);
    };
  }

  /**
   * Ends every part exactly once, in reverse order of registration, each after the previous one has ended. A part that
   * fails does not keep the others from ending; its error is thrown at the end.
   * @throws the error of the part that failed; an AggregateError if several failed
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#endAll();
    return this.#stopping;
  }

  async #endAll(): Promise<void> {
    const failures: { readonly name: string; readonly error: unknown }[] = [];
    for (let part = this.#registrations.pop(); part !== undefined; part = this.#registrations.pop()) {
      try {
        await part.end();
      } catch (error) {
        failures.push({ name: part.name, error });
      }
    }
    this.#isStopped = true;
    if (failures.length === 1) throw failures[0]?.error;
    if (failures.length === 0) return;
    const errors = failures.map(({ error }) => error);
    const details = failures.map(
      ({ name, error }) => `${name}: ${error instanceof Error ? error.message : String(error)}`,
    );
    throw new AggregateError(errors, `${failures.length} parts failed to stop: ${details.join('; ')}`);
  }
}
