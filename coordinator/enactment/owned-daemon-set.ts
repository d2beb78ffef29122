/** The part of a DaemonSet that the planner reads. */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import type { DaemonSetStatus, OwnedDaemonSet } from '../rollout/daemon-set-state.ts';
import { templateGeneration } from '../rollout/template-generation.ts';

export type UnhashedDaemonSet = Omit<OwnedDaemonSet, 'revisionHash'>;

export function toOwnedDaemonSet(raw: RawObject): UnhashedDaemonSet {
  const { namespace = '', name, uid = '', generation, deletionTimestamp } = raw.metadata;
  const spec = fieldsOf(raw['spec']);
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    uid,
    generation: numberOf(generation),
    selector: isObject(spec['selector']) ? spec['selector'] : null,
    isBeingDeleted: deletionTimestamp != null,
    minReadySeconds: numberOf(spec['minReadySeconds']),
    templateGeneration: templateGeneration(raw),
    status: statusOf(raw),
  };
}

export function statusOf(raw: RawObject): DaemonSetStatus {
  const status = fieldsOf(raw['status']);
  return {
    desiredNumberScheduled: numberOf(status['desiredNumberScheduled']),
    currentNumberScheduled: numberOf(status['currentNumberScheduled']),
    numberMisscheduled: numberOf(status['numberMisscheduled']),
    numberReady: numberOf(status['numberReady']),
    updatedNumberScheduled: numberOf(status['updatedNumberScheduled']),
    numberAvailable: numberOf(status['numberAvailable']),
    numberUnavailable: numberOf(status['numberUnavailable']),
    observedGeneration: numberOf(status['observedGeneration']),
  };
}

/** `null` before the first collision of hashes. */
export function collisionCountOf(raw: RawObject): number | null {
  const { collisionCount } = fieldsOf(raw['status']);
  return typeof collisionCount === 'number' ? collisionCount : null;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
