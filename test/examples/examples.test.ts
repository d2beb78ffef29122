/** Checks the example manifests: they are valid and typical, and show each kind of drift. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { owningDaemonSet } from '../../shared/kubernetes/owning-daemon-set.ts';
import { templateRevision } from '../../shared/kubernetes/template-revision.ts';
import { evaluatePlacement } from '../../shared/placement/index.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { exampleDaemonSets, exampleFiles, exampleNodes } from './examples.ts';

const daemonSets = exampleDaemonSets();
const nodes = exampleNodes();

/** Number of nodes by verdict: [run, keep, none]. A real DaemonSet controller (1.20) reports the first column as desired. */
const VERDICT_COUNTS = {
  'block-storage-csi-node': [4, 5, 3],
  'calico-node': [11, 0, 1],
  'disk-health': [1, 0, 11],
  'edge-gateway': [1, 0, 11],
  'fluent-bit': [9, 2, 1],
  'fluentd-elasticsearch': [7, 5, 0],
  'kube-proxy': [11, 0, 1],
  'node-exporter': [11, 0, 1],
  'nvidia-device-plugin': [1, 0, 11],
  'nvme-cache': [0, 0, 12],
  'windows-exporter': [1, 0, 11],
};

const verdictOf = (daemonSet: string, node: string): Verdict | undefined => {
  const [daemonSetObject, nodeObject] = [daemonSets.get(daemonSet), nodes.get(node)?.node];
  return daemonSetObject && nodeObject && evaluatePlacement(daemonSetObject, nodeObject).verdict;
};

const isReady = (pod: Pod) => pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
const revisionOf = (pod: Pod) => pod.metadata?.labels?.['controller-revision-hash'];

/** Every pair of a node and a DaemonSet, with the pods of the DaemonSet in the file of the node. */
function pairs() {
  return [...nodes].flatMap(([node, { pods }]) =>
    [...daemonSets].map(([daemonSet, { metadata }]) => ({
      pair: `${node}/${daemonSet}`,
      daemonSet,
      verdict: verdictOf(daemonSet, node),
      pods: pods.filter(
        (pod) => owningDaemonSet(pod)?.name === daemonSet && pod.metadata?.namespace === metadata?.namespace,
      ),
    })),
  );
}

describe('the example DaemonSets', () => {
  it('include the well-known fluentd-elasticsearch example verbatim', () => {
    const file = new URL('../../deploy/examples/daemonsets/fluentd-elasticsearch.yaml', import.meta.url);
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(digest).toBe('d8a575da3b3d0935dd3b28d6b0d2e67aecc6a44ab223082d518181393ed79ff1');
  });

  it('are each in a file of the same name', () => {
    const files = exampleFiles('daemonsets').map(({ name, objects }) => [name, objects.map(({ kind }) => kind)]);
    expect(files).toEqual([...daemonSets.keys()].map((name) => [`${name}.yaml`, ['DaemonSet']]));
  });

  it('are placed on the expected number of nodes', () => {
    const counts = [...daemonSets.keys()].map((daemonSet) => {
      const verdicts = [...nodes.keys()].map((node) => verdictOf(daemonSet, node));
      return [
        daemonSet,
        (['run', 'keep', 'none'] as const).map((verdict) => verdicts.filter((v) => v === verdict).length),
      ];
    });
    expect(Object.fromEntries(counts)).toEqual(VERDICT_COUNTS);
  });

  it.each([
    ['block-storage-csi-node', 'worker-1', 'WARNING_TOLERATION_EXPIRES'],
    ['disk-health', 'worker-3', 'WARNING_COMPARED_VALUE_NOT_INTEGER'],
  ])('include a mistake that Kubernetes does not report: %s on %s', (daemonSet, node, code) => {
    const { reasons } = evaluatePlacement(daemonSets.get(daemonSet) ?? {}, nodes.get(node)?.node ?? {});
    expect(reasons.filter(({ outcome }) => outcome === 'warning').map((reason) => reason.code)).toContain(code);
  });

  it('do not select gpu-2 because of a missing label, and edge-2 because of its firmware', () => {
    const gpu = nodes.get('gpu-2')?.node ?? {};
    const labels = { ...gpu.metadata?.labels, 'nvidia.com/gpu.present': 'true' };
    const labelled = { ...gpu, metadata: { ...gpu.metadata, labels } };
    expect(verdictOf('nvidia-device-plugin', 'gpu-2')).toBe('none');
    expect(evaluatePlacement(daemonSets.get('nvidia-device-plugin') ?? {}, labelled).verdict).toBe('run');
    expect([verdictOf('edge-gateway', 'edge-1'), verdictOf('edge-gateway', 'edge-2')]).toEqual(['run', 'none']);
  });
});

describe('the example nodes', () => {
  it('are twelve, each in a file of the same name, followed by its pods', () => {
    const names =
      'control-1 control-2 control-3 edge-1 edge-2 gpu-1 gpu-2 storage-1 windows-1 worker-1 worker-2 worker-3';
    expect([...nodes.keys()]).toEqual(names.split(' '));
    expect([...nodes].filter(([name, { node }]) => node.kind !== 'Node' || node.metadata?.name !== name)).toEqual([]);
    const unexpected = [...nodes].flatMap(([name, { pods }]) =>
      pods.filter(({ kind, spec }) => kind !== 'Pod' || spec?.nodeName !== name),
    );
    expect(unexpected).toEqual([]);
  });

  it('list pods of the example DaemonSets and one pod that occupies their resources, each with a unique name', () => {
    const pods = [...nodes.values()].flatMap((entry) => entry.pods);
    const listed = pairs().flatMap((pair) => pair.pods);
    const others = pods.filter((pod) => !listed.includes(pod));
    expect(others.map(({ metadata }) => metadata?.name)).toEqual(['report-builder']);
    expect(new Set(pods.map(({ metadata }) => metadata?.name)).size).toBe(pods.length);
  });

  it('show each kind of drift once, and one pod with the verdict keep', () => {
    const all = pairs();
    const named = (found: typeof all) => found.map(({ pair }) => pair);
    const outdated = (daemonSet: string, pod: Pod) =>
      revisionOf(pod) !== templateRevision(daemonSets.get(daemonSet) ?? {});
    expect({
      missing: named(all.filter(({ verdict, pods }) => verdict === 'run' && pods.length === 0)),
      unexpected: named(all.filter(({ verdict, pods }) => verdict === 'none' && pods.length > 0)),
      kept: named(all.filter(({ verdict, pods }) => verdict === 'keep' && pods.length > 0)),
      duplicate: named(all.filter(({ pods }) => pods.length > 1)),
      outdated: named(all.filter(({ daemonSet, pods }) => pods.some((pod) => outdated(daemonSet, pod)))),
      unhealthy: named(all.filter(({ pods }) => pods.some((pod) => !isReady(pod)))),
    }).toEqual({
      missing: ['worker-3/fluentd-elasticsearch'],
      unexpected: ['edge-2/edge-gateway'],
      kept: ['control-2/fluentd-elasticsearch'],
      duplicate: ['worker-2/fluentd-elasticsearch'],
      outdated: ['edge-1/fluent-bit'],
      unhealthy: ['gpu-1/nvidia-device-plugin'],
    });
  });
});
