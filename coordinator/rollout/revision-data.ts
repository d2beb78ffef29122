/**
 * The content of a ControllerRevision: a patch that replaces the pod template (Kubernetes pkg/controller/daemon/update.go, getPatch).
 * The bytes are those that the built-in controller writes, so that it finds its own revision after a takeover.
 */
import { createHash } from 'node:crypto';
import { goJson } from '../../shared/go-json.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export interface RevisionData {
  readonly spec: { readonly template: Readonly<Record<string, unknown>> };
}

/** `template` is as the API server returned it. */
export function revisionData(template: unknown): RevisionData {
  return { spec: { template: { ...(isObject(template) ? template : {}), $patch: 'replace' } } };
}

/** The bytes that Kubernetes compares. Requests have the same bytes. */
export function revisionBytes(data: unknown): string {
  return goJson(isObject(data) ? data : {});
}

/**
 * Fields for which an empty object is a value: a selector without requirements selects everything, and no selector nothing or
 * something else; options of a container replace those of its pod; a volume has the type whose field is present.
 */
const MEANINGFUL_IF_EMPTY: ReadonlySet<string> = new Set([
  'labelSelector',
  'namespaceSelector',
  'selector',
  'seLinuxOptions',
  'windowsOptions',
  'emptyDir',
  'downwardAPI',
]);

/**
 * Equal for equivalent templates. Kubernetes compares bytes, so that a field that a new version of the API server adds with its
 * default, or a null that it omits, starts a rollout (kubernetes/kubernetes#78633); here a missing field, null and an empty map
 * or list are equal, except where an empty map is a value of its own.
 */
export function revisionDigest(data: unknown): string {
  return createHash('sha256')
    .update(revisionBytes(withoutEmpty(data)))
    .digest('base64url');
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, withoutEmpty(one)] as const);
  return Object.fromEntries(
    entries.filter(([key, one]) => !isEmpty(one) || (isObject(one) && MEANINGFUL_IF_EMPTY.has(key))),
  );
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0);
}
