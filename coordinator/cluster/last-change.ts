/** Who changed an object last, and when, as its managedFields tell. */
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export interface LastChange {
  /** The field manager, for example `kubectl-edit`; `''` where none is named. */
  readonly actor: string;
  /** To the second; `null` where it is not known. */
  readonly changedMs: number | null;
}

/**
 * The newest entry that owns one of `parts` (`f:spec`, `f:metadata`, `f:status`): a controller that writes
 * nothing but a status has not changed what it reads. Of two in one second the later in the list counts.
 */
export function lastChange(metadata: Readonly<Record<string, unknown>>, parts: readonly string[]): LastChange {
  const entries = Array.isArray(metadata['managedFields']) ? metadata['managedFields'] : [];
  let last: LastChange = { actor: '', changedMs: null };
  for (const entry of entries) {
    if (!isObject(entry) || !owns(entry['fieldsV1'], parts)) continue;
    const changedMs = typeof entry['time'] === 'string' ? Date.parse(entry['time']) : Number.NaN;
    if (Number.isNaN(changedMs) || (last.changedMs !== null && changedMs < last.changedMs)) continue;
    last = { actor: typeof entry['manager'] === 'string' ? entry['manager'] : '', changedMs };
  }
  return last;
}

function owns(fields: unknown, parts: readonly string[]): boolean {
  return isObject(fields) && parts.some((part) => Object.hasOwn(fields, part));
}
