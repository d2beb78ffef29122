/** The JSON types of the fields of a DaemonSet. */
import { int32, int64, intOrString, list, object, string, time } from './field-type.ts';
import { labelSelectorFields, objectMetaFields, podSpecFields } from './pod-spec-fields.ts';

export const daemonSetFields = object({
  apiVersion: string,
  kind: string,
  metadata: objectMetaFields,
  spec: object({
    selector: labelSelectorFields,
    template: object({ metadata: objectMetaFields, spec: podSpecFields }),
    updateStrategy: object({
      type: string,
      rollingUpdate: object({ maxUnavailable: intOrString, maxSurge: intOrString }),
    }),
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
  }),
  status: object({
    observedGeneration: int64,
    currentNumberScheduled: int32,
    numberMisscheduled: int32,
    desiredNumberScheduled: int32,
    numberReady: int32,
    updatedNumberScheduled: int32,
    numberAvailable: int32,
    numberUnavailable: int32,
    collisionCount: int32,
    conditions: list(
      object({ type: string, status: string, lastTransitionTime: time, reason: string, message: string }),
    ),
  }),
});
