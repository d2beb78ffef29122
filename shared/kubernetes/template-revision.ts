/** The revision of a DaemonSet's pod template. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { DaemonSet } from './objects.ts';

/** The label in which the DaemonSet controller records which template a pod was created from. */
export const TEMPLATE_REVISION_LABEL = 'controller-revision-hash';

/** The characters that Kubernetes uses for generated names: no vowels, to avoid words (apimachinery util/rand). */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const REVISION_LENGTH = 10;

/**
 * Ten characters that are equal for equal templates, independent of key order and of YAML or JSON. This is not the
 * `controller-revision-hash` of Kubernetes, which depends on the version of the API server. Where a cluster
 * provides that hash, compare pods with it instead.
 */
export function templateRevision(daemonSet: DaemonSet): string {
  const digest = createHash('sha256')
    .update(canonicalJson(daemonSet.spec?.template ?? {}))
    .digest();
  return Array.from(digest.subarray(0, REVISION_LENGTH), (byte) =>
    SAFE_ALPHABET.charAt(byte % SAFE_ALPHABET.length),
  ).join('');
}
