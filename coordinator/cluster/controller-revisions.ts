/**
 * How the cluster names the templates of its DaemonSets: by the ControllerRevisions that the built-in
 * controller keeps. Their names are hashes that nobody outside Go can compute (decision 4), so they are
 * looked up: by the template that a revision holds, not by who is newest, because the controller is a
 * moment behind every change.
 */
import { createHash } from 'node:crypto';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

/** The label by which a daemon pod names its template, and a ControllerRevision itself. */
const HASH_LABEL = 'controller-revision-hash';

/** What is kept of a ControllerRevision. */
export interface ControllerRevision {
  /** `namespace/name`. */
  readonly key: string;
  /** The DaemonSet that it belongs to; `''` for those of StatefulSets and of nobody. */
  readonly daemonSetUid: string;
  /** The value of the pods' label; its name where an old controller did not label it. */
  readonly hash: string;
  readonly number: number;
  readonly templateDigest: string;
}

/** What is to be known of a DaemonSet to find its revision. */
export interface RevisionedDaemonSet {
  readonly uid: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly templateDigest: string;
}

export function toControllerRevision(object: RawObject): ControllerRevision {
  const { namespace = '', name, labels, ownerReferences } = object.metadata;
  const owners = Array.isArray(ownerReferences) ? ownerReferences.filter(isObject) : [];
  const owner = owners.find(({ kind, controller }) => kind === 'DaemonSet' && controller === true);
  const hash = isObject(labels) ? labels[HASH_LABEL] : undefined;
  const spec = isObject(object['data']) ? object['data']['spec'] : undefined;
  return {
    key: `${namespace}/${name}`,
    daemonSetUid: typeof owner?.['uid'] === 'string' ? owner['uid'] : '',
    hash: typeof hash === 'string' && hash !== '' ? hash : name,
    number: typeof object['revision'] === 'number' ? object['revision'] : 0,
    templateDigest: templateDigest(isObject(spec) ? spec['template'] : undefined),
  };
}

/** Equal for equal templates, whoever wrote them down: `$patch` and fields of no value say nothing. */
export function templateDigest(template: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(withoutNulls(template)))
    .digest('base64url');
}

export class ControllerRevisions {
  readonly #byDaemonSet = new Map<string, Map<string, ControllerRevision>>();

  apply(revision: ControllerRevision): void {
    const known = this.#byDaemonSet.get(revision.daemonSetUid) ?? new Map<string, ControllerRevision>();
    known.set(revision.key, revision);
    this.#byDaemonSet.set(revision.daemonSetUid, known);
  }

  remove({ daemonSetUid, key }: ControllerRevision): void {
    const known = this.#byDaemonSet.get(daemonSetUid);
    known?.delete(key);
    if (known?.size === 0) this.#byDaemonSet.delete(daemonSetUid);
  }

  /**
   * The revision of the template in force; `null` while nobody has named it. Where the controller says that it
   * has seen this generation and none of its revisions looks alike, because an upgrade gave the API new
   * defaults, the newest one counts.
   */
  hashOf({ uid, generation, observedGeneration, templateDigest: digest }: RevisionedDaemonSet): string | null {
    const known = [...(this.#byDaemonSet.get(uid)?.values() ?? [])].sort((left, right) => right.number - left.number);
    const alike = known.find((revision) => revision.templateDigest === digest);
    const newest = observedGeneration >= generation ? known[0] : undefined;
    return (alike ?? newest)?.hash ?? null;
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name, one]) => name !== '$patch' && one !== null);
  return Object.fromEntries(entries.map(([name, one]) => [name, withoutNulls(one)]));
}
