/**
 * Finds the name that the cluster gives to the template of a DaemonSet: the hash of its ControllerRevision, which can only be
 * computed in Go (decision 4). The revision is found by the template that it holds, not by its age, because the
 * built-in controller lags behind every change.
 */
import { createHash } from 'node:crypto';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

/** Label with the hash, on daemon pods and on ControllerRevisions. */
const HASH_LABEL = 'controller-revision-hash';

/** The part of a ControllerRevision that is kept in memory. */
export interface ControllerRevision {
  /** `namespace/name`. */
  readonly key: string;
  /** The DaemonSet that controls it; empty for a ControllerRevision of a StatefulSet or without a controller. */
  readonly daemonSetUid: string;
  /** The value of the hash label; the name of the ControllerRevision if it has no such label. */
  readonly hash: string;
  readonly number: number;
  readonly templateDigest: string;
}

/** What is needed of a DaemonSet to find its revision. */
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

/** Equal for equivalent templates: ignores `$patch` and fields that are null. */
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
   * The hash of the current template; `null` while the controller has not created its revision. If the controller has observed
   * this generation and no revision has an equal template, which happens when an upgrade of the API server
   * changes defaults, the newest revision is used.
   */
  hashOf({ uid, generation, observedGeneration, templateDigest: digest }: RevisionedDaemonSet): string | null {
    const known = [...(this.#byDaemonSet.get(uid)?.values() ?? [])].sort((left, right) => right.number - left.number);
    const matching = known.find((revision) => revision.templateDigest === digest);
    const newest = observedGeneration >= generation ? known[0] : undefined;
    return (matching ?? newest)?.hash ?? null;
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name, one]) => name !== '$patch' && one !== null);
  return Object.fromEntries(entries.map(([name, one]) => [name, withoutNulls(one)]));
}
