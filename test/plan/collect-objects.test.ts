/** Collects the objects in manifests as a cluster, and reports unusable objects with their sources. */
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import { collectObjects } from '../../shared/plan/collect-objects.ts';
import { daemonSet, node } from './objects.ts';

function collect(objects: readonly unknown[], namespace?: string) {
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { objects: read, problems } = readManifests(Buffer.from(`# test\n${text}`), 'all.yaml');
  expect(problems).toEqual([]);
  return collectObjects(read, namespace);
}

describe('a cluster from manifests', () => {
  it('contains DaemonSets by namespace and name, nodes by name, and no other objects', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
    const { daemonSets, nodes, problems } = collect([daemonSet('a'), node('n'), pod]);
    expect([[...daemonSets.keys()], [...nodes.keys()], problems]).toEqual([['default/a'], ['n'], []]);
  });

  it('has the given namespace for DaemonSets without one', () => {
    const { namespace: _, ...metadata } = { ...daemonSet('a').metadata };
    expect([...collect([{ ...daemonSet('a'), metadata }], 'logging').daemonSets.keys()]).toEqual(['logging/a']);
    expect([...collect([daemonSet('a')], 'logging').daemonSets.keys()]).toEqual(['default/a']);
  });

  it('contains the first of two objects with the same name, and a problem with both sources', () => {
    const { daemonSets, problems } = collect([daemonSet('a', {}, 'x:1'), daemonSet('a', {}, 'x:2')]);
    expect(daemonSets.size).toBe(1);
    expect(problems.map(({ message }) => message)).toEqual([
      'DaemonSet default/a is defined at all.yaml:2 and again at all.yaml:4; remove one of the two.',
    ]);
  });

  it('has the names of rejected objects', () => {
    const bad = { ...daemonSet('a'), spec: {} };
    const { rejected, problems } = collect([bad, { ...node('n'), spec: { taints: [{ key: 'x' }] } }]);
    expect(rejected).toEqual({ daemonSets: new Set(['default/a']), nodes: new Set(['n']) });
    expect(problems.map(({ source }) => source)).toContain('all.yaml:4');
  });

  it('rejects objects without a name, including those with generateName', () => {
    const { nodes, problems } = collect([
      { ...node('n'), metadata: { generateName: 'n-' } },
      { ...node('n'), metadata: {} },
    ]);
    expect(nodes.size).toBe(0);
    expect(problems.map(({ code, fieldPath, source }) => `${code} ${fieldPath} ${source}`)).toEqual([
      'Required metadata.name all.yaml:2',
      'Required metadata.name all.yaml:4',
    ]);
  });
});
