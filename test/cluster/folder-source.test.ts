/** A folder of manifests as the source of the cluster, on the real file system. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FolderSource } from '../../coordinator/cluster/folder-source.ts';
import { systemClock } from '../../shared/clock.ts';
import { eventually } from '../fakes/eventually.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { RecordingListener } from './recording-listener.ts';

const log = pino({ level: 'silent' });

function daemonSet(name: string, image = 'example.org/agent:1', namespace?: string): string {
  const labels = `{ app: ${name} }`;
  return [
    'apiVersion: apps/v1',
    'kind: DaemonSet',
    `metadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }`,
    'spec:',
    `  selector: { matchLabels: ${labels} }`,
    '  template:',
    `    metadata: { labels: ${labels} }`,
    `    spec: { containers: [{ name: main, image: "${image}" }] }`,
    '',
  ].join('\n');
}

const invalid = (name: string) => daemonSet(name).replace('containers: [{ name: main,', 'containers: [{');
const node = (name: string, zone = 'a') =>
  `apiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: { zone: ${zone} } }\n`;
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: some-pod }\n';
const documents = (...texts: string[]) => texts.join('---\n');

describe('a folder of manifests', () => {
  let root: string;
  let listener: RecordingListener;
  const daemonSets = () => join(root, 'daemonsets');
  const nodes = () => join(root, 'nodes');
  const put = (name: string, text: string | Uint8Array) => writeFileSync(join(root, name), text);

  beforeEach(() => {
    root = temporaryFolder();
    mkdirSync(daemonSets());
    mkdirSync(nodes());
    listener = new RecordingListener();
  });

  /** Starts a source and resolves when it has read everything; the caller takes what it emitted. */
  async function started(options: { daemonSets?: string | null; nodes?: string | null } = {}): Promise<FolderSource> {
    const source = new FolderSource({
      daemonSets: daemonSets(),
      nodes: nodes(),
      log,
      clock: systemClock,
      ...options,
    });
    onTestFinished(() => source.close());
    source.start(listener);
    await eventually(() => listener.unreadPaths !== undefined);
    return source;
  }

  /** The next emitted changes. */
  async function next(): Promise<string[]> {
    await eventually(() => listener.callCount > 0);
    return listener.take();
  }

  it('is read in the order of its files and then reported as synced', async () => {
    put('daemonsets/b.yml', documents(daemonSet('two'), daemonSet('three', 'x:1', 'logging')));
    put('daemonsets/a.yaml', daemonSet('one'));
    put('daemonsets/notes.txt', 'not a manifest');
    put('nodes/n.yaml', documents(node('n1'), pod));
    await started();
    expect(listener.take()).toEqual([
      'applied default/one',
      'applied default/two',
      'applied logging/three',
      'node applied n1',
      'synced 0',
    ]);
    const three = listener.applied.get('logging/three');
    expect(three?.source).toBe(`${join(daemonSets(), 'b.yml')}:10`);
    expect(three?.actor).toBe(join(daemonSets(), 'b.yml'));
    expect(three?.daemonSet.spec?.updateStrategy?.type).toBe('RollingUpdate');
    expect(listener.nodes.get('n1')?.facts.labels).toEqual({ zone: 'a' });
  });

  it('may be a single file, as kubectl prints it', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [JSON.parse('{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}}')],
    };
    put('nodes.json', JSON.stringify(list));
    put('one.yaml', daemonSet('one'));
    await started({ daemonSets: join(root, 'one.yaml'), nodes: join(root, 'nodes.json') });
    expect(listener.take()).toEqual(['applied default/one', 'node applied n1', 'synced 0']);
  });

  it('is optional', async () => {
    await started({ daemonSets: null, nodes: null });
    expect(listener.take()).toEqual(['synced 0']);
  });

  it('must exist at the start', () => {
    const source = new FolderSource({ daemonSets: join(root, 'nowhere'), nodes: null, log, clock: systemClock });
    expect(() => source.start(listener)).toThrow(/nowhere does not exist; set a file or folder/);
  });

  it('emits only the changed object after an edit that moves lines', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(`# a comment\n${daemonSet('one', 'example.org/agent:2')}`, daemonSet('two')));
    expect(await next()).toEqual(['applied default/one']);
    expect(JSON.stringify(listener.applied.get('default/one')?.daemonSet)).toContain('agent:2');
  });

  it('emits the objects of added and removed files', async () => {
    await started();
    listener.take();
    put('daemonsets/a.yaml', daemonSet('one'));
    expect(await next()).toEqual(['applied default/one']);
    put('nodes/n.yaml', node('n1'));
    expect(await next()).toEqual(['node applied n1']);
    rmSync(join(daemonSets(), 'a.yaml'));
    expect(await next()).toEqual(['removed default/one']);
    rmSync(join(nodes(), 'n.yaml'));
    expect(await next()).toEqual(['node removed n1']);
  });

  it('emits nothing when a file is saved unchanged', async () => {
    put('daemonsets/a.yaml', daemonSet('one'));
    await started();
    listener.take();
    put('daemonsets/a.yaml', daemonSet('one'));
    put('daemonsets/b.yaml', daemonSet('two'));
    expect(await next()).toEqual(['applied default/two']);
  });

  it('keeps the objects of a file that becomes malformed, and reports the problem', async () => {
    put('daemonsets/a.yaml', daemonSet('one'));
    await started();
    listener.take();
    put('daemonsets/a.yaml', 'kind: [');
    expect(await next()).toEqual(['problems MalformedYaml', 'synced 1']);
    expect(listener.problems[0]?.source).toContain(join(daemonSets(), 'a.yaml'));
    expect(listener.unreadPaths).toEqual([join(daemonSets(), 'a.yaml')]);
    put('daemonsets/a.yaml', daemonSet('one'));
    expect(await next()).toEqual(['problems ', 'synced 0']);
  });

  it.each([
    ['bytes that are no text', new Uint8Array([0x6b, 0xff, 0xfe, 0x00]), 'NotText'],
    ['cyclic anchors', '&a { apiVersion: apps/v1, kind: DaemonSet, spec: *a }\n', 'TooDeep'],
    ['a scalar', '42\n', 'NotAnObject'],
    ['a document without kind', 'metadata: { name: x }\n', 'NoKind'],
  ])('reads the other files beside a file of %s', async (_, content, code) => {
    put('daemonsets/a.yaml', content);
    put('daemonsets/b.yaml', daemonSet('one'));
    await started();
    expect([...listener.applied.keys()]).toEqual(['default/one']);
    expect(listener.problems).toHaveLength(1);
    expect(listener.problems[0]?.code).toBe(code);
    expect(listener.problems[0]?.message).toContain(join(daemonSets(), 'a.yaml'));
  });

  it('uses the valid documents of a file with an invalid one, and keeps the previous objects of that file', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(daemonSet('one', 'example.org/agent:2'), 'just a sentence\n'));
    expect(await next()).toEqual(['applied default/one', 'problems NotAnObject', 'synced 1']);
    expect([...listener.applied.keys()].sort()).toEqual(['default/one', 'default/two']);
  });

  it('rejects an invalid DaemonSet with its causes, and accepts it when it is valid again', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(invalid('one'), daemonSet('two')));
    expect(await next()).toEqual(['rejected default/one']);
    const causes = listener.rejected.get('default/one')?.problems.map(({ code, fieldPath }) => `${code} ${fieldPath}`);
    expect(causes).toEqual(['Required spec.template.spec.containers[0].name']);
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    expect(await next()).toEqual(['applied default/one']);
  });

  it('reports the file of a DaemonSet without a readable name', async () => {
    put('daemonsets/a.yaml', daemonSet('one').replace('name: one', 'labels: {}'));
    await started();
    expect(listener.take()).toEqual(['problems Required', 'synced 0']);
    expect(listener.problems[0]).toMatchObject({
      fieldPath: 'metadata.name',
      source: `${join(daemonSets(), 'a.yaml')}:1`,
    });
  });

  it('uses the first of two objects with the same name, and reports the other one', async () => {
    put('daemonsets/a.yaml', daemonSet('one', 'first:1'));
    put('daemonsets/b.yaml', daemonSet('one', 'second:1'));
    await started();
    expect(listener.take()).toEqual(['applied default/one', 'problems Duplicate', 'synced 0']);
    expect(listener.problems[0]?.message).toContain(`${join(daemonSets(), 'b.yaml')}:1 is ignored`);
    expect(listener.applied.get('default/one')?.actor).toBe(join(daemonSets(), 'a.yaml'));
    rmSync(join(daemonSets(), 'a.yaml'));
    expect(await next()).toEqual(['applied default/one', 'problems ']);
    expect(listener.applied.get('default/one')?.actor).toBe(join(daemonSets(), 'b.yaml'));
  });

  it('reports kind and file of objects that do not belong in the folder', async () => {
    const advice = 'Move it to another file or folder.';
    put('daemonsets/a.yaml', documents('apiVersion: v1\nkind: Service\nmetadata: { name: x }\n', daemonSet('one')));
    put('nodes/n.yaml', documents(daemonSet('two'), node('n1')));
    await started();
    expect(listener.problems.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      `${join(daemonSets(), 'a.yaml')}:1: This is a Service (v1), and only DaemonSets are read here. ${advice}`,
      `${join(nodes(), 'n.yaml')}:1: This is a DaemonSet (apps/v1), and only Nodes and their Pods are read here. ${advice}`,
    ]);
    expect([...listener.applied.keys(), ...listener.nodes.keys()]).toEqual(['default/one', 'n1']);
  });

  it('keeps the previous version of an object whose kind is misspelt, and reports it', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(daemonSet('one').replace('kind: DaemonSet', 'kind: Daemonset')));
    const emitted = await next();
    expect(emitted[0]).toBe('removed default/two');
    expect(emitted[1]).toMatch(/^problems /);
    expect([...listener.applied.keys()]).toEqual(['default/one']);
  });

  it('keeps the objects of a file that is suddenly empty', async () => {
    put('nodes/n.yaml', node('n1'));
    await started();
    listener.take();
    put('nodes/n.yaml', '');
    expect((await next())[0]).toMatch(/^problems /);
    expect(listener.problems.map(({ code }) => code)).toEqual(['Empty']);
    expect([...listener.nodes.keys()]).toEqual(['n1']);
  });

  it('keeps the last valid facts of a node that becomes invalid', async () => {
    put('nodes/n.yaml', documents(node('n1'), node('n2')));
    await started();
    listener.take();
    put('nodes/n.yaml', documents('apiVersion: v1\nkind: Node\nmetadata: { name: n1, labels: [] }\n', node('n2', 'b')));
    const emitted = await next();
    expect(emitted[0]).toBe('node applied n2');
    expect(emitted[1]).toMatch(/^problems /);
    expect(listener.nodes.get('n1')?.facts.labels).toEqual({ zone: 'a' });
  });

  it('reports a node without a name', async () => {
    put('nodes/n.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {}\n');
    await started();
    expect(listener.problems[0]).toMatchObject({ fieldPath: 'metadata.name', source: `${join(nodes(), 'n.yaml')}:1` });
  });

  it('removes nothing when it disappears, and continues when it is back', async () => {
    put('daemonsets/a.yaml', daemonSet('one'));
    await started();
    listener.take();
    renameSync(daemonSets(), join(root, 'elsewhere'));
    expect(await next()).toEqual(['problems Unreadable', 'synced 1']);
    expect(listener.problems[0]?.message).toContain('no such file or directory');
    put('elsewhere/b.yaml', daemonSet('two'));
    renameSync(join(root, 'elsewhere'), daemonSets());
    expect(await next()).toEqual(['applied default/two', 'problems ', 'synced 0']);
  });

  it('reports paths that could not be read at the start', async () => {
    put('daemonsets/a.yaml', 'kind: [');
    put('daemonsets/b.yaml', daemonSet('one'));
    await started();
    expect(listener.take()).toEqual(['applied default/one', 'problems MalformedYaml', 'synced 1']);
    expect(listener.unreadPaths).toEqual([join(daemonSets(), 'a.yaml')]);
  });

  it('emits nothing after it is closed', async () => {
    const source = await started();
    listener.take();
    source.close();
    put('daemonsets/a.yaml', daemonSet('one'));
    const witness = new RecordingListener();
    const other = new FolderSource({ daemonSets: daemonSets(), nodes: null, log, clock: systemClock });
    onTestFinished(() => other.close());
    other.start(witness);
    await eventually(() => witness.unreadPaths !== undefined);
    expect(listener.take()).toEqual([]);
  });
});
