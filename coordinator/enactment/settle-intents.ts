/**
 * Gives an outcome to the intents of a coordinator that ended between an intent and its outcome: the cluster shows whether the request
 * was carried out. By then no request of that coordinator can be in flight, because its Lease has expired.
 */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { controllerUidOf } from '../rollout/controller-reference.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';
import type { JournaledWrites, RecordedIntent } from './journaled-writes.ts';

/** The objects of the cluster, listed after this coordinator became the leader. */
export interface SettledObjects {
  readonly pods: { get(namespace: string, name: string): OwnedPod | undefined };
  daemonSet(key: string): RawObject | undefined;
  revisionsIn(namespace: string): readonly RawObject[];
}

export function settleIntents(
  intents: readonly RecordedIntent[],
  objects: SettledObjects,
  writes: JournaledWrites,
): void {
  for (const intent of intents) {
    const isDone = isCarriedOut(intent, objects);
    const found = isDone
      ? 'the cluster shows that it was carried out'
      : 'the cluster shows that it was not carried out';
    writes.settle(intent, isDone ? 'succeeded' : 'failed', `the coordinator ended before the response; ${found}`);
  }
}

function isCarriedOut({ daemonSet, write }: RecordedIntent, objects: SettledObjects): boolean {
  const namespace = daemonSet.slice(0, daemonSet.indexOf('/'));
  const ownerUid = objects.daemonSet(daemonSet)?.metadata.uid ?? '';
  if (write.resource === 'controllerrevisions') {
    const revision = objects.revisionsIn(namespace).find(({ metadata }) => metadata.name === write.name);
    return isRevisionWritten(write, revision, ownerUid);
  }
  const pod = objects.pods.get(namespace, write.name);
  const isSame = pod !== undefined && (write.uid === '' || pod.uid === write.uid);
  switch (write.verb) {
    case 'create':
      return isSame && pod.controllerUid === ownerUid;
    case 'delete':
      return !isSame || pod.isTerminating;
    case 'adopt':
      return isSame && pod.controllerUid === ownerUid;
    case 'release':
      return !isSame || pod.controllerUid !== ownerUid;
    case 'update':
      return isSame;
  }
}

function isRevisionWritten(
  { verb, reason }: RecordedIntent['write'],
  revision: RawObject | undefined,
  ownerUid: string,
): boolean {
  if (revision === undefined) return verb === 'release';
  const { labels } = revision.metadata;
  const isOwned = controllerUidOf(revision.metadata) === ownerUid;
  if (verb === 'release') return !isOwned;
  // A renumbering that is missing is planned again, so a wrong answer here has no effect on the cluster.
  if (reason === 'hash-label') return isObject(labels) && labels[TEMPLATE_REVISION_LABEL] !== undefined;
  return isOwned;
}
