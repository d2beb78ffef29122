/** The JSON types of the fields of a pod template, without volumes. */
import type { FieldType } from './field-type.ts';
import { boolean, int32, int64, intOrString, list, map, object, quantity, string, time } from './field-type.ts';
import { volumeFields } from './volume-fields.ts';

export const objectMetaFields = object({
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: int64,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: int64,
  labels: map(string),
  annotations: map(string),
  ownerReferences: list(
    object({
      apiVersion: string,
      kind: string,
      name: string,
      uid: string,
      controller: boolean,
      blockOwnerDeletion: boolean,
    }),
  ),
  finalizers: list(string),
  clusterName: string,
  managedFields: list(
    object({ manager: string, operation: string, apiVersion: string, time, fieldsType: string, subresource: string }),
  ),
});

const requirements = list(object({ key: string, operator: string, values: list(string) }));

export const labelSelectorFields = object({ matchLabels: map(string), matchExpressions: requirements });

const localReference = object({ name: string });
const keyReference = object({ name: string, key: string, optional: boolean });

const environment = list(
  object({
    name: string,
    value: string,
    valueFrom: object({
      fieldRef: object({ apiVersion: string, fieldPath: string }),
      resourceFieldRef: object({ containerName: string, resource: string, divisor: quantity }),
      configMapKeyRef: keyReference,
      secretKeyRef: keyReference,
    }),
  }),
);

const handlerTypes: Readonly<Record<string, FieldType>> = {
  exec: object({ command: list(string) }),
  httpGet: object({
    path: string,
    port: intOrString,
    host: string,
    scheme: string,
    httpHeaders: list(object({ name: string, value: string })),
  }),
  tcpSocket: object({ port: intOrString, host: string }),
  grpc: object({ port: int32, service: string }),
  sleep: object({ seconds: int64 }),
};

const probe = object({
  ...handlerTypes,
  initialDelaySeconds: int32,
  timeoutSeconds: int32,
  periodSeconds: int32,
  successThreshold: int32,
  failureThreshold: int32,
  terminationGracePeriodSeconds: int64,
});

const seLinuxOptions = object({ user: string, role: string, type: string, level: string });
const windowsOptions = object({ gmsaCredentialSpecName: string, gmsaCredentialSpec: string, runAsUserName: string });
const seccompProfile = object({ type: string, localhostProfile: string });

const containerSecurityContext = object({
  capabilities: object({ add: list(string), drop: list(string) }),
  privileged: boolean,
  seLinuxOptions,
  windowsOptions,
  runAsUser: int64,
  runAsGroup: int64,
  runAsNonRoot: boolean,
  readOnlyRootFilesystem: boolean,
  allowPrivilegeEscalation: boolean,
  procMount: string,
  seccompProfile,
});

const container = object({
  name: string,
  image: string,
  command: list(string),
  args: list(string),
  workingDir: string,
  ports: list(object({ name: string, hostPort: int32, containerPort: int32, protocol: string, hostIP: string })),
  envFrom: list(
    object({
      prefix: string,
      configMapRef: object({ name: string, optional: boolean }),
      secretRef: object({ name: string, optional: boolean }),
    }),
  ),
  env: environment,
  resources: object({ limits: map(quantity), requests: map(quantity) }),
  volumeMounts: list(
    object({
      name: string,
      readOnly: boolean,
      mountPath: string,
      subPath: string,
      mountPropagation: string,
      subPathExpr: string,
    }),
  ),
  volumeDevices: list(object({ name: string, devicePath: string })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: object({ postStart: object(handlerTypes), preStop: object(handlerTypes) }),
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  imagePullPolicy: string,
  securityContext: containerSecurityContext,
  stdin: boolean,
  stdinOnce: boolean,
  tty: boolean,
});

const nodeSelectorTerm = object({ matchExpressions: requirements, matchFields: requirements });

const podAffinityTerm = object({
  labelSelector: labelSelectorFields,
  namespaces: list(string),
  topologyKey: string,
});

const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: list(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(object({ weight: int32, podAffinityTerm })),
});

const affinity = object({
  nodeAffinity: object({
    requiredDuringSchedulingIgnoredDuringExecution: object({ nodeSelectorTerms: list(nodeSelectorTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: list(object({ weight: int32, preference: nodeSelectorTerm })),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

const podSecurityContext = object({
  seLinuxOptions,
  windowsOptions,
  runAsUser: int64,
  runAsGroup: int64,
  runAsNonRoot: boolean,
  supplementalGroups: list(int64),
  fsGroup: int64,
  sysctls: list(object({ name: string, value: string })),
  fsGroupChangePolicy: string,
  seccompProfile,
});

export const podSpecFields = object({
  volumes: list(volumeFields),
  initContainers: list(container),
  containers: list(container),
  ephemeralContainers: list(container),
  restartPolicy: string,
  terminationGracePeriodSeconds: int64,
  activeDeadlineSeconds: int64,
  dnsPolicy: string,
  nodeSelector: map(string),
  serviceAccountName: string,
  serviceAccount: string,
  automountServiceAccountToken: boolean,
  nodeName: string,
  hostNetwork: boolean,
  hostPID: boolean,
  hostIPC: boolean,
  shareProcessNamespace: boolean,
  securityContext: podSecurityContext,
  imagePullSecrets: list(localReference),
  hostname: string,
  subdomain: string,
  affinity,
  schedulerName: string,
  tolerations: list(object({ key: string, operator: string, value: string, effect: string, tolerationSeconds: int64 })),
  hostAliases: list(object({ ip: string, hostnames: list(string) })),
  priorityClassName: string,
  priority: int32,
  dnsConfig: object({
    nameservers: list(string),
    searches: list(string),
    options: list(object({ name: string, value: string })),
  }),
  readinessGates: list(object({ conditionType: string })),
  runtimeClassName: string,
  enableServiceLinks: boolean,
  preemptionPolicy: string,
  overhead: map(quantity),
  topologySpreadConstraints: list(
    object({ maxSkew: int32, topologyKey: string, whenUnsatisfiable: string, labelSelector: labelSelectorFields }),
  ),
  setHostnameAsFQDN: boolean,
});
