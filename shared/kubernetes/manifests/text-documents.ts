/** The output of the YAML and JSON readers, before it is checked for Kubernetes objects. */

/** One document with the line numbers of its list items. */
export interface TextDocument {
  readonly value: unknown;
  readonly line: number;
  /** Lines of `items[0]`, `items[1]`, …, as far as known. */
  readonly itemLines: readonly number[];
}

/** Documents, and problems of documents that cannot be read. */
export interface TextDocuments {
  readonly documents: readonly TextDocument[];
  readonly problems: readonly TextProblem[];
}

export interface TextProblem {
  readonly code: string;
  /** One sentence that contains the file and, if known, the line. */
  readonly message: string;
  /** 0 for the whole file. */
  readonly line: number;
}
