/** Compares two flat records field by field, in the form in which the journal stores changes. */
import type { Change } from '../../shared/journal-format/events.ts';

export function fieldChanges(
  before: Readonly<Record<string, string>> | null,
  after: Readonly<Record<string, string>> | null,
): Change[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const changes: Change[] = [];
  for (const field of [...fields].sort()) {
    const from = before?.[field] ?? null;
    const to = after?.[field] ?? null;
    if (from !== to) changes.push({ field, from, to });
  }
  return changes;
}
