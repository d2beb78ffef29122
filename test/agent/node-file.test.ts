/** Valid node files, and the errors for invalid ones. */
import { describe, expect, it } from 'vitest';
import { readNodeFile } from '../../agent/observe/node-file.ts';

const NODE = 'apiVersion: v1\nkind: Node\nmetadata: { name: n1, labels: { zone: a } }\n';
const pod = (name: string, node?: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: logging }\n${node ? `spec: { nodeName: ${node} }\n` : ''}`;
const read = (...documents: string[]) => readNodeFile(Buffer.from(documents.join('---\n')), 'n1.yaml');

describe('a node file', () => {
  it('contains one node and its pods, in any order', () => {
    const file = read(pod('p1'), NODE, pod('p2', 'n1'));
    expect(file.problem).toBeUndefined();
    if (file.problem !== undefined) return;
    expect(file.facts).toMatchObject({ name: 'n1', labels: { zone: 'a' } });
    expect(file.pods.map(({ metadata }) => metadata?.name)).toEqual(['p1', 'p2']);
  });

  it('can be a list in the format of kubectl', () => {
    const items = [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p1' } },
    ];
    const file = readNodeFile(Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'List', items })), 'n1.json');
    expect(file).toMatchObject({ facts: { name: 'n1' }, pods: [{ metadata: { name: 'p1', namespace: 'default' } }] });
  });

  it.each([
    ['nothing', [''], 'n1.yaml contains no Node; add the Node of this agent.'],
    ['only pods', [pod('p1')], 'n1.yaml contains no Node; add the Node of this agent.'],
    ['two nodes', [NODE, NODE], 'n1.yaml:5 is a second Node; a node file must contain exactly one Node.'],
    [
      "another node's pod",
      [NODE, pod('p1', 'n2')],
      'n1.yaml:5: pod logging/p1 is on node n2, but this file describes node n1.',
    ],
    [
      'another kind',
      ['apiVersion: apps/v1\nkind: DaemonSet\n', NODE],
      'n1.yaml:1 is a DaemonSet; a node file must contain one Node and its Pods.',
    ],
  ])('with %s is rejected with one sentence', (_, documents, sentence) => {
    expect(read(...documents)).toEqual({ problem: sentence });
  });

  it.each([
    ['no name', 'apiVersion: v1\nkind: Node\nmetadata: {}\n', /^n1\.yaml:1: the Node is invalid: metadata\.name: /],
    [
      'labels of a wrong type',
      NODE.replace('{ zone: a }', '[a]'),
      /^n1\.yaml:1: the Node is invalid: metadata\.labels: /,
    ],
    [
      'a pod without a name',
      `${NODE}---\napiVersion: v1\nkind: Pod\nmetadata: {}\n`,
      /^n1\.yaml:5: the Pod is invalid: metadata\.name: /,
    ],
    ['malformed YAML', 'kind: [', /^n1\.yaml/],
  ])('with %s is rejected with file, line and field', (_, text, sentence) => {
    expect(read(text).problem).toMatch(sentence);
  });

  it('with binary data is rejected', () => {
    expect(readNodeFile(new Uint8Array([0xff, 0xfe, 0x00]), 'n1.yaml').problem).toContain('n1.yaml');
  });
});
