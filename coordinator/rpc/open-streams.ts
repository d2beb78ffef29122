/** The open streams of one kind: their number is limited, and they end when the coordinator stops. */
import type { RollcallError } from '../../shared/errors.ts';

export interface OpenStreamsOptions {
  /** Identifies the streams in the shutdown registry. */
  readonly name: string;
  readonly max: number;
  readonly shutdown: { register(name: string, end: () => void): () => void };
  readonly tooMany: () => RollcallError;
}

export class OpenStreams {
  readonly #options: OpenStreamsOptions;
  #count = 0;

  constructor(options: OpenStreamsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws RollcallError if too many are open */
  refuseIfFull(): void {
    if (this.#count >= this.#options.max) throw this.#options.tooMany();
  }

  /** `end` is called when the coordinator stops. Returns a function to be called when the stream has ended, once or more. */
  open(end: () => void): () => void {
    this.refuseIfFull();
    this.#count += 1;
    const unregister = this.#options.shutdown.register(this.#options.name, end);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#count -= 1;
      unregister();
    };
  }
}
