/** The bytes of a ControllerRevision are those of the built-in controller, so that a takeover by either side restarts nothing. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServerClusterWriter } from '../../coordinator/enactment/api-server-cluster-writer.ts';
import { revisionBytes, revisionData } from '../../coordinator/rollout/revision-data.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
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
const APPS = '/apis/apps/v1/namespaces/default';

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

describe.skipIf(!hasControlPlane)('a ControllerRevision', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'daemonset' });
  }, START_PATIENCE_MS * 2);
  afterAll(() => controlPlane?.stop());

  /** The response as the API server sent it. */
  async function text(path: string): Promise<string> {
    const options = { ca: controlPlane.authority, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
    const [response] = (await once(get(`${controlPlane.url}${path}`, options), 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    let all = '';
    for await (const chunk of response) all += String(chunk);
    return all;
  }

  async function revisionOf(name: string): Promise<RawObject | undefined> {
    const { items } = await controlPlane.admin.get(`${APPS}/controllerrevisions`, { labelSelector: `app=${name}` });
    return (items as RawObject[])[0];
  }

  it.each(Object.keys(specs))(
    'has the bytes of the built-in controller, and keeps them when it is written: %s',
    {
      timeout: PATIENCE_MS * 2,
    },
    async (name) => {
      const { admin } = controlPlane;
      const labels = { app: name };
      const annotations = { 'example.org/note': 'a<b', 'kubectl.kubernetes.io/restartedAt': '2026-12-01T00:00:00Z' };
      await admin.create(`${APPS}/daemonsets`, {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name, namespace: 'default' },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec: specs[name] } },
      });
      await until('the revision exists', PATIENCE_MS, async () => (await revisionOf(name)) !== undefined);
      const { spec } = (await admin.get(`${APPS}/daemonsets/${name}`)) as { spec: { template: object } };
      const data = revisionData(spec.template);
      const bytes = `"data":${revisionBytes(data)}`;
      const theirs = (await revisionOf(name))?.metadata.name;
      expect(await text(`${APPS}/controllerrevisions/${theirs}`)).toContain(bytes);

      const writer = new ApiServerClusterWriter({
        access: controlPlane.access(),
        clock: systemClock,
        userAgent: 'test',
      });
      const own = {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: `own-${name}` },
        data,
        revision: 1,
      };
      await writer.create(`${APPS}/controllerrevisions`, own);
      writer.close();
      expect(await text(`${APPS}/controllerrevisions/own-${name}`)).toContain(bytes);
    },
  );
});
