/**
 * Plans the ControllerRevisions of a DaemonSet (Kubernetes pkg/controller/daemon/update.go, constructHistory): the revision of the
 * present template exists, is the newest one and has a hash. Pure. Old revisions stay.
 */
import { createHash } from 'node:crypto';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import type { WriteReason } from '../../shared/model/cluster-write.ts';
import { controllerReference, controllerUidOf } from './controller-reference.ts';
import type { OwnedDaemonSet } from './daemon-set-state.ts';
import { podSelector } from './pod-selector.ts';
import { revisionBytes, revisionData, revisionDigest } from './revision-data.ts';

export type RevisionAction =
  | {
      readonly verb: 'create';
      readonly name: string;
      readonly object: Readonly<Record<string, unknown>>;
      readonly reason: WriteReason;
    }
  | {
      readonly verb: 'adopt' | 'release' | 'update';
      readonly revision: RawObject;
      readonly reason: WriteReason;
      /** The labels or the number that an update sets. */
      readonly change: { readonly hash?: string; readonly number?: number };
    };

export interface RevisionPlan {
  readonly actions: readonly RevisionAction[];
  /** The hash of the present template. Pods may be created with it once there are no actions left. */
  readonly hash: string;
}

export interface RevisionPlanInput {
  readonly daemonSet: Pick<OwnedDaemonSet, 'name' | 'namespace' | 'uid' | 'selector'>;
  /** As the API server returned it. */
  readonly raw: RawObject;
  /** All ControllerRevisions of the namespace. */
  readonly revisions: readonly RawObject[];
  /** `status.collisionCount`; `null` if it is not set. */
  readonly collisionCount: number | null;
}

export function planRevisions({ daemonSet, raw, revisions, collisionCount }: RevisionPlanInput): RevisionPlan {
  const { claimed, actions } = claimRevisions(daemonSet, revisions);
  const data = revisionData(templateOf(raw));
  const current = findCurrent(claimed, data);
  const number = Math.max(0, ...claimed.filter((revision) => revision !== current).map(numberOf)) + 1;
  if (current === null) {
    const hash = revisionHash(data, collisionCount);
    const name = revisionName(daemonSet.name, hash);
    const taken = revisions.find(({ metadata }) => metadata.name === name);
    // It belongs to an earlier DaemonSet of this name or lacks the labels. A creation would conflict with it again and again.
    if (taken !== undefined && bytesOf(taken) === revisionBytes(data)) return { actions, hash: hashOf(taken) };
    const object = newRevision({ daemonSet, raw, data, hash, number });
    return { actions: [...actions, { verb: 'create', name, object, reason: 'new-template' }], hash };
  }
  const hash = hashOf(current);
  const unlabelled = claimed.filter((revision) => labelsOf(revision)[TEMPLATE_REVISION_LABEL] === undefined);
  const labels = unlabelled.map((revision): RevisionAction => {
    return { verb: 'update', revision, reason: 'hash-label', change: { hash: revision.metadata.name } };
  });
  const isNewest = numberOf(current) >= number;
  const renumber: RevisionAction = { verb: 'update', revision: current, reason: 'older-revision', change: { number } };
  // One write per revision and plan: the second one would meet a changed resource version.
  const isLabelled = !unlabelled.includes(current);
  return { actions: [...actions, ...labels, ...(isNewest || !isLabelled ? [] : [renumber])], hash };
}

/** Claims by selector and controller, as pods. A revision that is still to be adopted counts already. */
function claimRevisions(
  { uid, selector }: Pick<OwnedDaemonSet, 'uid' | 'selector'>,
  revisions: readonly RawObject[],
): { claimed: RawObject[]; actions: RevisionAction[] } {
  const matches = podSelector(selector);
  const claimed: RawObject[] = [];
  const actions: RevisionAction[] = [];
  for (const revision of revisions) {
    const controllerUid = controllerUidOf(revision.metadata);
    if (controllerUid !== '' && controllerUid !== uid) continue;
    const isSelected = matches(labelsOf(revision));
    if (controllerUid === uid && isSelected) claimed.push(revision);
    else if (controllerUid === uid)
      actions.push({ verb: 'release', revision, reason: 'selector-mismatch', change: {} });
    else if (isSelected && revision.metadata['deletionTimestamp'] === undefined) {
      actions.push({ verb: 'adopt', revision, reason: 'selector-match', change: {} });
      claimed.push(revision);
    }
  }
  return { claimed, actions };
}

/** The newest revision with equal bytes or, without one, with an equivalent template. */
function findCurrent(claimed: readonly RawObject[], data: object): RawObject | null {
  const newestFirst = [...claimed].sort((left, right) => numberOf(right) - numberOf(left));
  const bytes = revisionBytes(data);
  const equal = newestFirst.find((revision) => bytesOf(revision) === bytes);
  if (equal !== undefined) return equal;
  const digest = revisionDigest(data);
  return newestFirst.find((revision) => revisionDigest(revision['data']) === digest) ?? null;
}

function bytesOf({ data }: RawObject): string {
  return revisionBytes(data);
}

interface NewRevision {
  readonly daemonSet: Pick<OwnedDaemonSet, 'name' | 'namespace' | 'uid'>;
  readonly raw: RawObject;
  readonly data: object;
  readonly hash: string;
  readonly number: number;
}

function newRevision({ daemonSet, raw, data, hash, number }: NewRevision): Readonly<Record<string, unknown>> {
  const metadata = templateOf(raw)['metadata'];
  const labels = isObject(metadata) && isObject(metadata['labels']) ? metadata['labels'] : {};
  const { annotations } = raw.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(daemonSet.name, hash),
      namespace: daemonSet.namespace,
      labels: { ...labels, [TEMPLATE_REVISION_LABEL]: hash },
      ...(isObject(annotations) && { annotations }),
      ownerReferences: [controllerReference(daemonSet)],
    },
    data,
    revision: number,
  };
}

function revisionName(daemonSetName: string, hash: string): string {
  return `${daemonSetName}-${hash}`;
}

/** The characters for the decimal digits of a hash, as the built-in controller encodes them (apimachinery SafeEncodeString). */
const DIGITS = '456789bcdf';

/** Differs from the hash of the built-in controller, which depends on its own version. Revisions are found by content. */
function revisionHash(data: object, collisionCount: number | null): string {
  const digest = createHash('sha256')
    .update(revisionBytes(data))
    .update(String(collisionCount ?? ''))
    .digest();
  return String(digest.readUInt32BE(0)).replaceAll(/[0-9]/g, (digit) => DIGITS.charAt(Number(digit)));
}

function hashOf(revision: RawObject): string {
  return labelsOf(revision)[TEMPLATE_REVISION_LABEL] ?? revision.metadata.name;
}

function labelsOf({ metadata: { labels } }: RawObject): Readonly<Record<string, string>> {
  return isObject(labels) ? (labels as Record<string, string>) : {};
}

function numberOf({ revision }: RawObject): number {
  return typeof revision === 'number' ? revision : 0;
}

function templateOf(raw: RawObject): Record<string, unknown> {
  const { spec } = raw;
  return isObject(spec) && isObject(spec['template']) ? spec['template'] : {};
}
