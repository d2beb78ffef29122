/** Templates differ where daemon pods would differ, but not in fields with defaults from the API server. */
import { describe, expect, it } from 'vitest';
import type { DaemonSet, PodSpec } from '../../shared/kubernetes/objects.ts';
import { defaultPodTemplate } from '../../shared/plan/default-pod-template.ts';
import { templateChanges } from '../../shared/plan/template-changes.ts';

function of(spec: PodSpec, metadata: object = { labels: { app: 'agent' } }): DaemonSet {
  return { spec: { template: { metadata, spec } } };
}

const WRITTEN = of({
  hostNetwork: true,
  hostPID: false,
  serviceAccountName: 'agent',
  containers: [
    {
      name: 'agent',
      image: 'registry.example.org:5000/agent:1.2',
      args: [],
      env: [
        { name: 'EMPTY', value: '' },
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ],
      ports: [{ containerPort: 9100 }],
      resources: { limits: { cpu: '1000m', memory: '0.5Gi' } },
      livenessProbe: { httpGet: { port: 9100 }, initialDelaySeconds: 0 },
      readinessProbe: { grpc: { port: 9101 }, periodSeconds: 5 },
      volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: false }],
    },
  ],
  initContainers: [{ name: 'init', image: 'registry.example.org/init@sha256:0123' }],
  volumes: [
    { name: 'host', hostPath: { path: '/' } },
    { name: 'config', configMap: { name: 'agent' } },
    { name: 'scratch' },
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
  ],
});

/** The manifest as an API server stores it. */
const STORED = of(
  {
    hostNetwork: true,
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccount: 'agent',
    serviceAccountName: 'agent',
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name: 'agent',
        image: 'registry.example.org:5000/agent:1.2',
        imagePullPolicy: 'IfNotPresent',
        env: [
          { name: 'EMPTY' },
          { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
        ],
        ports: [{ containerPort: 9100, hostPort: 9100, protocol: 'TCP' }],
        resources: { limits: { cpu: '1', memory: '512Mi' } },
        livenessProbe: {
          failureThreshold: 3,
          httpGet: { path: '/', port: 9100, scheme: 'HTTP' },
          periodSeconds: 10,
          successThreshold: 1,
          timeoutSeconds: 1,
        },
        readinessProbe: {
          failureThreshold: 3,
          grpc: { port: 9101, service: '' },
          periodSeconds: 5,
          successThreshold: 1,
          timeoutSeconds: 1,
        },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        volumeMounts: [{ name: 'host', mountPath: '/host' }],
      },
    ],
    initContainers: [
      {
        name: 'init',
        image: 'registry.example.org/init@sha256:0123',
        imagePullPolicy: 'IfNotPresent',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    volumes: [
      { name: 'host', hostPath: { path: '/', type: '' } },
      { name: 'config', configMap: { name: 'agent', defaultMode: 420 } },
      { name: 'scratch', emptyDir: {} },
      {
        name: 'token',
        projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] },
      },
    ],
  },
  { creationTimestamp: null, labels: { app: 'agent' } },
);

describe('the changes of a template', () => {
  it('are empty between a manifest and the object that the API server stores', () => {
    expect(templateChanges(WRITTEN, STORED)).toEqual([]);
    expect(templateChanges(STORED, WRITTEN)).toEqual([]);
  });

  it('do not depend on how often defaults are applied', () => {
    const once = defaultPodTemplate(WRITTEN);
    const again = defaultPodTemplate({ spec: { template: once } });
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(once)));
  });

  it.each<[string, PodSpec, PodSpec, string[]]>([
    [
      'an image',
      { containers: [{ name: 'a', image: 'x:1' }] },
      { containers: [{ name: 'a', image: 'x:2' }] },
      ['spec.containers[0].image'],
    ],
    [
      'the image pull policy of the tag latest',
      { containers: [{ name: 'a', image: 'x:1' }] },
      { containers: [{ name: 'a', image: 'x' }] },
      ['spec.containers[0].image', 'spec.containers[0].imagePullPolicy'],
    ],
    [
      'an amount',
      { containers: [{ name: 'a', image: 'x:1', resources: { limits: { cpu: '1' } } }] },
      { containers: [{ name: 'a', image: 'x:1', resources: { limits: { cpu: '2' } } }] },
      ['spec.containers[0].resources.limits.cpu'],
    ],
    [
      'a list with an added element',
      { tolerations: [] },
      { tolerations: [{ operator: 'Exists' }] },
      ['spec.tolerations'],
    ],
    [
      'a denial that is not the default',
      { containers: [{ name: 'a', image: 'x:1', securityContext: { allowPrivilegeEscalation: false } }] },
      { containers: [{ name: 'a', image: 'x:1' }] },
      ['spec.containers[0].securityContext'],
    ],
    ['a grace period of zero', { terminationGracePeriodSeconds: 0 }, {}, ['spec.terminationGracePeriodSeconds']],
  ])('contain the path of %s', (_, before, after, paths) => {
    expect(templateChanges(of(before), of(after))).toEqual(paths);
  });

  it('never contain values, which may be secrets', () => {
    const secret = (value: string) =>
      of({ containers: [{ name: 'a', image: 'x:1', env: [{ name: 'TOKEN', value }] }] });
    expect(templateChanges(secret('s3cret'), secret('other'))).toEqual(['spec.containers[0].env[0].value']);
  });
});
