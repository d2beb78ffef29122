/** Reduces a pod to the fields for health, drift and resource usage. Other fields, including secrets, are discarded. */
import type { Pod, PodSpec } from '../../shared/kubernetes/objects.ts';
import { owningDaemonSet } from '../../shared/kubernetes/owning-daemon-set.ts';
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import { asList, asObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { validatePod } from '../../shared/kubernetes/validation/validate-pod.ts';

/** `null` if the object is not a valid pod. */
export function trimmedPod(object: unknown): Pod | null {
  const validation = validatePod(object);
  if (!validation.accepted) return null;
  const { metadata = {}, spec = {}, status = {} } = validation.pod;
  const { name, namespace, uid, labels, creationTimestamp, deletionTimestamp } = metadata;
  const revision = labels?.[TEMPLATE_REVISION_LABEL];
  const owner = owningDaemonSet(validation.pod);
  const { phase, reason, message, conditions, initContainerStatuses, containerStatuses } = status;
  return {
    metadata: {
      ...given({ name, namespace, uid, creationTimestamp, deletionTimestamp }),
      ...(revision !== undefined && { labels: { [TEMPLATE_REVISION_LABEL]: revision } }),
      ...(owner !== null && { ownerReferences: [owner] }),
    },
    spec: trimmedSpec(spec),
    status: {
      ...given({ phase, reason, message }),
      ...(conditions && { conditions: conditions.map(withoutProbeTime) }),
      ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(trimmedStatus) }),
      ...(containerStatuses && { containerStatuses: containerStatuses.map(trimmedStatus) }),
    },
  };
}

/** The fields for resource usage. */
function trimmedSpec(spec: PodSpec): PodSpec {
  const { hostNetwork, overhead, resources } = spec;
  return given({
    hostNetwork,
    overhead,
    resources,
    containers: asList(spec['containers']).map(trimmedContainer),
    initContainers: asList(spec['initContainers']).map(trimmedContainer),
  });
}

function trimmedContainer(container: unknown): object {
  const { resources, ports, restartPolicy } = asObject(container);
  return given({ resources, ports, restartPolicy });
}

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];
type Status = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** Omits probe times, which change without a relevant change. */
function withoutProbeTime({ type, status, reason, message, lastTransitionTime }: Condition): Condition {
  return given({ type, status, reason, message, lastTransitionTime });
}

function trimmedStatus({ name, ready, restartCount, state, lastState }: Status): Status {
  return {
    ...given({ name, ready, restartCount }),
    ...(state && { state: trimmedState(state) }),
    ...(lastState && { lastState: trimmedState(lastState) }),
  };
}

function trimmedState({ waiting, terminated }: NonNullable<Status['state']>): NonNullable<Status['state']> {
  return {
    ...(waiting && { waiting: given({ reason: waiting.reason, message: waiting.message }) }),
    ...(terminated && {
      terminated: given({ reason: terminated.reason, message: terminated.message, exitCode: terminated.exitCode }),
    }),
  };
}

/** Omits undefined fields. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}
