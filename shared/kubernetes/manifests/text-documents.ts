/** What the readers of YAML and of JSON find in a text, before anyone asks whether it is Kubernetes. */

/** One document: a value, with the lines of the items of a list. */
export interface TextDocument {
  readonly value: unknown;
  readonly line: number;
  /** Lines of `items[0]`, `items[1]`, …, as far as they are known. */
  readonly itemLines: readonly number[];
}

/** Documents, and what is wrong with the others. */
export interface TextDocuments {
  readonly documents: readonly TextDocument[];
  readonly problems: readonly TextProblem[];
}

export interface TextProblem {
  readonly code: string;
  /** One sentence that names the file, and the line where it is known. */
  readonly message: string;
  /** 0 where the whole file is meant. */
  readonly line: number;
}
