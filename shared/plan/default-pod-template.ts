/**
 * Sets the API server's defaults of a pod template (Kubernetes core/v1 defaults.go), so that a manifest equals the
 * output of `kubectl get`. Pure. Only for comparison; do not apply the result.
 */

import type { DaemonSet } from '../kubernetes/objects.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Idempotent. Never throws on a valid template. */
export function defaultPodTemplate(daemonSet: DaemonSet): Fields {
  const { metadata = {}, spec = {} } = daemonSet.spec?.template ?? {};
  return { metadata: withoutEmpty(metadata as Fields), spec: defaultPodSpec(spec) };
}

function defaultPodSpec(spec: Fields): Fields {
  const account = spec['serviceAccountName'] || spec['serviceAccount'];
  const isHostNetwork = spec['hostNetwork'] === true;
  const containers = (field: string) => each(spec[field], (one) => defaultContainer(one, isHostNetwork));
  return withoutEmpty({
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    ...withoutEmpty(spec),
    serviceAccountName: account,
    serviceAccount: account,
    containers: containers('containers'),
    initContainers: containers('initContainers'),
    volumes: each(spec['volumes'], defaultVolume),
  });
}

function defaultContainer(container: Fields, isHostNetwork: boolean): Fields {
  return withoutEmpty({
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: usualPullPolicy(container['image']),
    ...withoutEmpty(container),
    ports: each(container['ports'], (port) => ({
      protocol: 'TCP',
      ...(isHostNetwork && { hostPort: port['containerPort'] }),
      ...withoutEmpty(port),
    })),
    env: each(container['env'], defaultVariable),
    volumeMounts: each(container['volumeMounts'], withoutEmpty),
    livenessProbe: within(container['livenessProbe'], defaultProbe),
    readinessProbe: within(container['readinessProbe'], defaultProbe),
    startupProbe: within(container['startupProbe'], defaultProbe),
    lifecycle: within(container['lifecycle'], (lifecycle) => ({
      ...lifecycle,
      postStart: within(lifecycle['postStart'], defaultHandler),
      preStop: within(lifecycle['preStop'], defaultHandler),
    })),
  });
}

/** Always for an image with the tag latest or without tag and digest, otherwise IfNotPresent. */
function usualPullPolicy(image: unknown): string {
  const [name = '', digest] = typeof image === 'string' ? image.split('@') : [];
  const tag = /:([^/:]*)$/.exec(name)?.[1] ?? (digest === undefined ? 'latest' : '');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultVariable(variable: Fields): Fields {
  return withoutEmpty({ ...variable, valueFrom: within(variable['valueFrom'], defaultFieldSource) });
}

/** The source of an environment variable or downward API file, which can be a field of the pod. */
function defaultFieldSource(source: Fields): Fields {
  return { ...source, fieldRef: within(source['fieldRef'], (field) => ({ apiVersion: 'v1', ...field })) };
}

function defaultProbe(probe: Fields): Fields {
  return withoutEmpty({
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...withoutEmpty(defaultHandler(probe)),
  });
}

function defaultHandler(handler: Fields): Fields {
  return {
    ...handler,
    httpGet: within(handler['httpGet'], (request) => ({ path: '/', scheme: 'HTTP', ...withoutEmpty(request) })),
    grpc: within(handler['grpc'], withoutEmpty),
  };
}

/** The default mode of files in volumes: the owner can read and write, all others can read. */
const USUAL_MODE = { defaultMode: 0o644 };

function defaultVolume(volume: Fields): Fields {
  const files = (source: Fields) => ({
    ...USUAL_MODE,
    ...source,
    items: each(source['items'], defaultFieldSource),
  });
  const hasSource = Object.keys(volume).some((name) => name !== 'name');
  return withoutEmpty({
    ...(hasSource ? volume : { ...volume, emptyDir: {} }),
    hostPath: within(volume['hostPath'], withoutEmpty),
    secret: within(volume['secret'], files),
    configMap: within(volume['configMap'], files),
    downwardAPI: within(volume['downwardAPI'], files),
    projected: within(volume['projected'], (projected) => ({
      ...USUAL_MODE,
      ...projected,
      sources: each(projected['sources'], defaultProjection),
    })),
  });
}

function defaultProjection(source: Fields): Fields {
  return {
    ...source,
    serviceAccountToken: within(source['serviceAccountToken'], (token) => ({ expirationSeconds: 3600, ...token })),
    downwardAPI: within(source['downwardAPI'], (api) => ({ ...api, items: each(api['items'], defaultFieldSource) })),
  };
}

/** Fields that are equivalent to an absent field when they are empty. Selectors are not: an empty one matches everything. */
const OMITTED_WHEN_EMPTY = new Set(['securityContext', 'resources', 'metadata', 'annotations', 'labels', 'affinity']);
const OMITTED_WHEN_FALSE = new Set(['hostNetwork', 'hostPID', 'hostIPC', 'stdin', 'stdinOnce', 'tty', 'readOnly']);

const OMITTED_WHEN_ZERO = new Set(['initialDelaySeconds', 'hostPort']);

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => {
      if (value === undefined || value === null || value === '') return false;
      if (value === false) return !OMITTED_WHEN_FALSE.has(name);
      if (value === 0) return !OMITTED_WHEN_ZERO.has(name);
      if (Array.isArray(value)) return value.length > 0;
      return !(OMITTED_WHEN_EMPTY.has(name) && isObject(value) && Object.keys(value).length === 0);
    }),
  );
}

function each(value: unknown, fill: (item: Fields) => Fields): unknown {
  return Array.isArray(value) ? value.map((item) => (isObject(item) ? fill(item) : item)) : value;
}

function within(value: unknown, fill: (fields: Fields) => Fields): unknown {
  return isObject(value) ? fill(value) : value;
}
