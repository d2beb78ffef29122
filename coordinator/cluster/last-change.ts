/** Who last changed an object, and when, according to its managedFields. */
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export interface LastChange {
  /** The field manager, for example `kubectl-edit`; empty if unknown. */
  readonly actor: string;
  /** With a precision of one second; `null` if unknown. */
  readonly changedMs: number | null;
}

/**
 * The newest entry that owns one of `parts` (`f:spec`, `f:metadata`, `f:status`), because a controller that writes only the
 * status has not changed the rest. Among entries of the same second, the last one in the list is used.
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
