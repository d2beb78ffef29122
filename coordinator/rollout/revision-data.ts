/**
 * The content of a ControllerRevision: a patch that replaces the pod template (Kubernetes pkg/controller/daemon/update.go, getPatch).
 * The bytes are those that the built-in controller writes, so that it finds its own revision after a takeover.
 */
import { createHash } from 'node:crypto';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { goJson } from './go-json.ts';

export interface RevisionData {
  readonly spec: { readonly template: Readonly<Record<string, unknown>> };
}

/** Keys are in the order of their bytes, so that serialization keeps it. `template` is as the API server returned it. */
export function revisionData(template: unknown): RevisionData {
  const patch = { ...(isObject(template) ? template : {}), $patch: 'replace' };
  return { spec: { template: sorted(patch) as Record<string, unknown> } };
}

/** The bytes that Kubernetes compares. */
export function revisionBytes(data: unknown): string {
  return goJson(data);
}

/**
 * Equal for equivalent templates. Kubernetes compares bytes, so that a field that a new version of the API server adds with its
 * default, or a null that it omits, starts a rollout (kubernetes/kubernetes#78633); here a missing field, null and an empty map
 * or list are equal.
 */
export function revisionDigest(data: unknown): string {
  return createHash('sha256')
    .update(goJson(withoutEmpty(data)))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, withoutEmpty(one)] as const);
  return Object.fromEntries(entries.filter(([, one]) => !isEmpty(one)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0);
}
