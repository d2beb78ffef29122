/** A problem in a manifest: what is wrong, where, and in which file. */
export interface ManifestProblem {
  /** A cause type of Kubernetes (`Required`), the code of a warning, or a code for an unreadable file (`MalformedYaml`). */
  readonly code: string;
  /** Path of the field; `''` for the whole document. */
  readonly fieldPath: string;
  /** One sentence. */
  readonly message: string;
  /** `file:line`, or the file if the line is unknown. */
  readonly source: string;
}

/** One sentence with its location. Some messages already contain a more precise location. */
export function problemSentence({ source, fieldPath, message }: ManifestProblem): string {
  const where = [source, fieldPath].filter((part) => part !== '' && !message.startsWith(part));
  return [...where, message].join(': ');
}
