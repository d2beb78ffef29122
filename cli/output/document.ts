/** Writes an answer as one JSON or YAML document, or as one JSON object on a line. */

/** Two spaces deep, keys in the order of the documentation, ending with a line break. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The YAML library takes longer to load than the rest of the command, so only those who ask for YAML wait. */
export async function yamlDocument(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
