/** What an API server does with an object that it is sent: the fields that it sets, and those that a client cannot change. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../shared/clock.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { ownersOf, type StoredObject } from './stored-object.ts';

const PODS = '/api/v1/pods';
const DAEMON_SETS = '/apis/apps/v1/daemonsets';
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Their status belongs to a subresource. */
const WITH_STATUS: ReadonlySet<string> = new Set([PODS, DAEMON_SETS, '/api/v1/nodes']);

/** 409 for another version of the object; 422 for another uid beside the present version; `null` if the preconditions are met. */
export function conflictOf(method: string, before: StoredObject, body: Record<string, unknown>): 409 | 422 | null {
  const { uid, resourceVersion } = (body[method === 'DELETE' ? 'preconditions' : 'metadata'] ?? {}) as Partial<
    StoredObject['metadata']
  >;
  if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) return 409;
  if (uid === undefined || uid === before.metadata.uid) return null;
  return method === 'PATCH' && resourceVersion !== undefined ? 422 : 409;
}

/** A new object as it is stored. */
export function created(collection: string, namespace: string, object: StoredObject): StoredObject {
  const { generateName } = object.metadata;
  const name = object.metadata.name ?? `${String(generateName)}${randomUUID().slice(0, 5)}`;
  const { resourceVersion: _, ...given } = object.metadata;
  const metadata = {
    ...given,
    name,
    ...(namespace !== '' && { namespace }),
    uid: object.metadata.uid ?? randomUUID(),
    creationTimestamp: now(),
  };
  if (collection === PODS) return { ...object, metadata, status: { phase: 'Pending' } };
  if (collection !== DAEMON_SETS) return { ...object, metadata };
  const status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
  return { ...object, metadata: { ...metadata, generation: 1, annotations: withGeneration(object, 1) }, status };
}

/** The object after a PUT or PATCH to itself or to its status. */
export function replaced(
  collection: string,
  before: StoredObject,
  wanted: StoredObject,
  subresource: string | undefined,
): StoredObject {
  const { uid, creationTimestamp, deletionTimestamp, generation } = before.metadata;
  const kept = { uid, creationTimestamp, ...(deletionTimestamp !== undefined && { deletionTimestamp }) };
  if (subresource === 'status') return { ...before, metadata: { ...before.metadata }, status: wanted['status'] };
  const status = WITH_STATUS.has(collection) && before['status'] !== undefined ? { status: before['status'] } : {};
  const object = { ...wanted, ...status, metadata: { ...wanted.metadata, ...kept } };
  if (collection !== DAEMON_SETS) return object;
  const isChanged = !isSame(before['spec'], wanted['spec']);
  const templateGeneration =
    Number(annotationsOf(before)[TEMPLATE_GENERATION] ?? 1) + Number(!isSame(templateOf(before), templateOf(wanted)));
  const annotations = withGeneration(wanted, templateGeneration);
  return {
    ...object,
    metadata: { ...object.metadata, annotations, generation: Number(generation ?? 1) + Number(isChanged) },
  };
}

/** The pod after a POST to its binding. */
export function bound(pod: StoredObject, binding: Record<string, unknown>): StoredObject {
  const { name } = binding['target'] as { name: string };
  return { ...pod, spec: { ...(pod['spec'] as object), nodeName: name } };
}

/** The object while it waits for its end; `null` if it ends at once. */
export function ended(collection: string, object: StoredObject, options: Record<string, unknown>): StoredObject | null {
  const { finalizers, deletionTimestamp } = object.metadata;
  const isRunning = collection === PODS && Boolean((object['spec'] as { nodeName?: string } | undefined)?.nodeName);
  const isWaiting =
    (Array.isArray(finalizers) && finalizers.length > 0) || (isRunning && options['gracePeriodSeconds'] !== 0);
  if (!isWaiting) return null;
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: deletionTimestamp ?? now() } };
}

/** Whether the last finalizer of an object that is being deleted was removed. */
export function isFinished({ metadata }: StoredObject): boolean {
  const { finalizers, deletionTimestamp } = metadata;
  return deletionTimestamp !== undefined && Array.isArray(finalizers) && finalizers.length === 0;
}

export function withoutOwner(object: StoredObject, ownerUid: string): StoredObject {
  const ownerReferences = ownersOf(object).filter(({ uid }) => uid !== ownerUid);
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function withGeneration(object: StoredObject, generation: number): object {
  return { ...annotationsOf(object), [TEMPLATE_GENERATION]: String(generation) };
}

function annotationsOf({ metadata: { annotations } }: StoredObject): Record<string, unknown> {
  return isObject(annotations) ? annotations : {};
}

function templateOf({ spec }: StoredObject): unknown {
  return isObject(spec) ? spec['template'] : undefined;
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function now(): string {
  return new Date(systemClock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
}
