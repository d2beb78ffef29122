/** Splits a stream of chunks into lines. A line can span several chunks. */
export class LineSplitter {
  readonly #charactersMax: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** The lines that this chunk completes, without line breaks. An incomplete line is kept for the next chunk. */
  push(chunk: string): string[] {
    const parts = chunk.split('\n');
    const last = parts.pop() ?? '';
    const lines = parts.map((part, index) => (index === 0 ? this.#pieces.join('') + part : part));
    if (parts.length > 0) this.#take([], 0);
    this.#take([...this.#pieces, last], this.#length + last.length);
    return lines;
  }

  /** Whether the incomplete line exceeds the maximum length. */
  get isTooLong(): boolean {
    return this.#length > this.#charactersMax;
  }

  #take(pieces: string[], length: number): void {
    this.#pieces = pieces;
    this.#length = length;
  }
}
