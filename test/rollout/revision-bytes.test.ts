/** The bytes of a ControllerRevision are those of the built-in controller, so that a takeover by either side restarts nothing. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiServerClusterWriter } from '../../coordinator/enactment/api-server-cluster-writer.ts';
import { revisionBytes, revisionData } from '../../coordinator/rollout/revision-data.ts';
import { type RawObject, rawObject } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  ADMIN_TOKEN,
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';

const PATIENCE_MS = 30_000;
const RANDOM_TEMPLATES = 40;
const APPS = '/apis/apps/v1/namespaces/default';
const REVISIONS = `${APPS}/controllerrevisions`;

const container = { name: 'daemon', image: 'example.org/daemon:1' };
const probe = { httpGet: { path: '/healthz?a=1&b=<2>', port: 'web', scheme: 'HTTPS' }, periodSeconds: 5 };

/** Pod specs with fields of every JSON type, and with characters that Go escapes and JavaScript does not. */
const specs: Readonly<Record<string, object>> = {
  plain: { containers: [container] },
  characters: {
    containers: [
      {
        ...container,
        args: ['<&>', 'ü\u2028\u2029', '"\\\n\t', '\u0001\u007f', '😀'],
        env: [{ name: 'A', value: '' }],
      },
    ],
  },
  numbers: {
    containers: [{ ...container, resources: { limits: { cpu: '0.50', memory: '1e3' }, requests: { cpu: '250m' } } }],
    securityContext: { runAsUser: 1_000_000_000, fsGroup: 0 },
    terminationGracePeriodSeconds: 0,
    priority: null,
  },
  'keys that JavaScript moves': {
    containers: [container],
    nodeSelector: { '10': 'a', '9': 'b', '1.2': 'c', '007': 'd', A: 'e', a: 'f' },
  },
  affinity: {
    containers: [container],
    nodeSelector: { b: '2', a: '1', 'example.org/z': '' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{}, { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['b', 'a'] }] }],
        },
      },
    },
    tolerations: [{ operator: 'Exists' }, { key: 'k', value: 'v', effect: 'NoExecute', tolerationSeconds: 0 }],
  },
  everything: {
    containers: [
      {
        ...container,
        command: ['sh', '-c', 'echo $(HOST) && true'],
        ports: [{ name: 'web', containerPort: 8080, hostPort: 8080, protocol: 'TCP' }],
        env: [{ name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
        readinessProbe: probe,
        lifecycle: { preStop: { exec: { command: ['true'] } } },
        securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } },
        volumeMounts: [{ name: 'root', mountPath: '/host', readOnly: true, mountPropagation: 'HostToContainer' }],
      },
    ],
    initContainers: [{ name: 'init', image: 'example.org/init' }],
    volumes: [
      { name: 'root', hostPath: { path: '/', type: '' } },
      { name: 'config', configMap: { name: 'c', defaultMode: 256 } },
      {
        name: 'all',
        projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { downwardAPI: { items: [] } }] },
      },
      { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
    ],
    hostNetwork: true,
    hostPID: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  },
};

interface Template {
  readonly metadata: { readonly labels?: object; readonly annotations?: object };
  readonly spec: object;
}

const annotations = { 'example.org/note': 'a<b', 'kubectl.kubernetes.io/restartedAt': '2026-12-01T00:00:00Z' };
const named = Object.entries(specs).map(([what, spec]): [string, Template] => [
  what,
  { metadata: { annotations }, spec },
]);

const key = fc.oneof(fc.nat(200).map(String), fc.stringMatching(/^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,6}[a-zA-Z0-9])?$/));
const labels = fc.dictionary(key, fc.stringMatching(/^([a-zA-Z0-9]([-._a-zA-Z0-9]{0,6}[a-zA-Z0-9])?)?$/), {
  maxKeys: 6,
});
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '\u2028', '\u2029', '"', '\\', '\n') }),
);
const template: fc.Arbitrary<Template> = fc.record({
  metadata: fc.record({ labels, annotations: fc.dictionary(key, text, { maxKeys: 6 }) }),
  spec: fc.record(
    {
      containers: fc
        .record({ args: fc.array(text), env: fc.array(text.map((value) => ({ name: 'A', value }))) })
        .map((more) => [{ ...container, ...more }]),
      nodeSelector: labels,
      hostNetwork: fc.boolean(),
      terminationGracePeriodSeconds: fc.nat(),
      tolerations: fc.array(
        fc.record({
          operator: fc.constant('Exists'),
          key,
          effect: fc.constant('NoExecute'),
          tolerationSeconds: fc.maxSafeInteger(),
        }),
      ),
    },
    { requiredKeys: ['containers'] },
  ),
});
const random = fc
  .sample(template, { numRuns: RANDOM_TEMPLATES, seed: inject('seed') })
  .map((one, index): [string, Template] => [`random ${index} of seed ${inject('seed')}`, one]);

describe.skipIf(!hasControlPlane)('a ControllerRevision', () => {
  let controlPlane: ControlPlane;
  let writer: ApiServerClusterWriter;
  let count = 0;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'daemonset' });
    writer = new ApiServerClusterWriter({ access: controlPlane.access(), clock: systemClock, userAgent: 'test' });
  }, START_PATIENCE_MS * 2);
  afterAll(async () => {
    writer?.close();
    await controlPlane?.stop();
  });

  /** The response as the API server sent it. */
  async function responseText(path: string): Promise<string> {
    const options = { ca: controlPlane.authority, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
    const [response] = (await once(get(`${controlPlane.url}${path}`, options), 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    let all = '';
    for await (const chunk of response) all += String(chunk);
    return all;
  }

  async function revisionOf(name: string): Promise<RawObject | undefined> {
    const { items } = await controlPlane.admin.get(REVISIONS, { labelSelector: `test-name=${name}` });
    return (items as RawObject[])[0];
  }

  async function createDaemonSet(name: string, { metadata, spec }: Template): Promise<void> {
    const own = { 'test-name': name };
    await controlPlane.admin.create(`${APPS}/daemonsets`, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: 'default' },
      spec: {
        selector: { matchLabels: own },
        template: { metadata: { ...metadata, labels: { ...metadata.labels, ...own } }, spec },
      },
    });
    await until('the revision exists', PATIENCE_MS, async () => (await revisionOf(name)) !== undefined);
  }

  it.each([...named, ...random])(
    'has the bytes of the built-in controller, also after it is written and renumbered: %s',
    { timeout: PATIENCE_MS * 2 },
    async (_, given) => {
      const name = `d${count++}`;
      await createDaemonSet(name, given);
      const { spec } = (await controlPlane.admin.get(`${APPS}/daemonsets/${name}`)) as { spec: { template: object } };
      const data = revisionData(spec.template);
      const bytes = `"data":${revisionBytes(data)}`;
      const theirs = (await revisionOf(name))?.metadata.name;
      expect(await responseText(`${REVISIONS}/${theirs}`)).toContain(bytes);

      const own = {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: `own-${name}` },
        data,
        revision: 1,
      };
      const path = `${REVISIONS}/own-${name}`;
      const { metadata } = await writer.create(REVISIONS, own);
      expect(await responseText(path)).toContain(bytes);

      const { uid = '', resourceVersion } = metadata;
      expect(rawObject(await writer.patch(path, { revision: 7 }, { uid, resourceVersion }))['revision']).toBe(7);
      expect(await responseText(path)).toContain(bytes);
    },
  );
});
