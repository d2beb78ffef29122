/** The JSON types of the fields of Nodes and Pods that Rollcall reads. */
import { boolean, int32, list, map, object, quantity, string, time } from './field-type.ts';
import { objectMetaFields } from './pod-spec-fields.ts';

const conditions = list(
  object({ type: string, status: string, reason: string, message: string, lastTransitionTime: time }),
);

export const nodeFields = object({
  apiVersion: string,
  kind: string,
  metadata: objectMetaFields,
  spec: object({
    taints: list(object({ key: string, value: string, effect: string, timeAdded: time })),
    unschedulable: boolean,
  }),
  status: object({
    conditions,
    allocatable: map(quantity),
    nodeInfo: object({
      kubeletVersion: string,
      kernelVersion: string,
      containerRuntimeVersion: string,
      osImage: string,
      operatingSystem: string,
      architecture: string,
    }),
  }),
});

const containerState = object({
  waiting: object({ reason: string, message: string }),
  terminated: object({ reason: string, message: string, exitCode: int32 }),
});

const containerStatuses = list(
  object({ name: string, ready: boolean, restartCount: int32, state: containerState, lastState: containerState }),
);

export const podFields = object({
  apiVersion: string,
  kind: string,
  metadata: objectMetaFields,
  spec: object({ nodeName: string }),
  status: object({
    phase: string,
    reason: string,
    message: string,
    startTime: time,
    conditions,
    initContainerStatuses: containerStatuses,
    containerStatuses,
  }),
});
