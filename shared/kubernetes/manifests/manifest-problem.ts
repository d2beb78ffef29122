/** One thing that is wrong with a manifest, as it is shown to people: what, where, and in which file. */
export interface ManifestProblem {
  /**
   * Kubernetes' kind of cause (`Required`, `Invalid`, …), the code of a warning, or, for what could not
   * be read at all, a word of our own such as `MalformedYaml`.
   */
  readonly code: string;
  /** Path of the field; `''` where the whole document is meant. */
  readonly fieldPath: string;
  /** One sentence. */
  readonly message: string;
  /** `file:line` where the line is known, else the file. */
  readonly source: string;
}

/** One sentence with its place; some messages name their place themselves, to the column. */
export function problemSentence({ source, fieldPath, message }: ManifestProblem): string {
  const where = [source, fieldPath].filter((part) => part !== '' && !message.startsWith(part));
  return [...where, message].join(': ');
}
