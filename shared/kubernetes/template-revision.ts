/** Names one version of a DaemonSet's template. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { DaemonSet } from './objects.ts';

/** The label in which the DaemonSet controller records which template a pod was created from. */
export const TEMPLATE_REVISION_LABEL = 'controller-revision-hash';

/** The letters that Kubernetes generates names from: no vowels, so no words (apimachinery util/rand). */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const REVISION_LENGTH = 10;

/**
 * Ten characters that are equal for equal templates, whatever the order of keys and whether they were
 * written as YAML or JSON. It is not Kubernetes' `controller-revision-hash`, which depends on the
 * API server's version; where a cluster gives that one, it is the one to compare pods with.
 */
export function templateRevision(daemonSet: DaemonSet): string {
  const digest = createHash('sha256')
    .update(canonicalJson(daemonSet.spec?.template ?? {}))
    .digest();
  return Array.from(digest.subarray(0, REVISION_LENGTH), (byte) =>
    SAFE_ALPHABET.charAt(byte % SAFE_ALPHABET.length),
  ).join('');
}
