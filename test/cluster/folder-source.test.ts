/** The cluster as a folder of manifests, on the real file system. */
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

  /** Starts a source and resolves when it has read everything; what it told is taken by the caller. */
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

  /** What is told next. */
  async function next(): Promise<string[]> {
    await eventually(() => listener.toldCount > 0);
    return listener.take();
  }

  it('is read in the order of its files, then said to be complete', async () => {
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

  it('may be a single file each, as kubectl prints it', async () => {
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

  it('may be no folder at all', async () => {
    await started({ daemonSets: null, nodes: null });
    expect(listener.take()).toEqual(['synced 0']);
  });

  it('must exist at the start', () => {
    const source = new FolderSource({ daemonSets: join(root, 'nowhere'), nodes: null, log, clock: systemClock });
    expect(() => source.start(listener)).toThrow(/nowhere does not exist; set a file or folder/);
  });

  it('tells of an edit only the object that changed, though lines moved', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(`# a comment\n${daemonSet('one', 'example.org/agent:2')}`, daemonSet('two')));
    expect(await next()).toEqual(['applied default/one']);
    expect(JSON.stringify(listener.applied.get('default/one')?.daemonSet)).toContain('agent:2');
  });

  it('tells what comes and goes with a file', async () => {
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

  it('tells nothing of a file that is saved unchanged', async () => {
    put('daemonsets/a.yaml', daemonSet('one'));
    await started();
    listener.take();
    put('daemonsets/a.yaml', daemonSet('one'));
    put('daemonsets/b.yaml', daemonSet('two'));
    expect(await next()).toEqual(['applied default/two']);
  });

  it('keeps what a file declared while the file is malformed, and says so', async () => {
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
  ])('goes on beside a file of %s', async (_, content, code) => {
    put('daemonsets/a.yaml', content);
    put('daemonsets/b.yaml', daemonSet('one'));
    await started();
    expect([...listener.applied.keys()]).toEqual(['default/one']);
    expect(listener.problems).toHaveLength(1);
    expect(listener.problems[0]?.code).toBe(code);
    expect(listener.problems[0]?.message).toContain(join(daemonSets(), 'a.yaml'));
  });

  it('takes the good documents of a file with a bad one, and keeps what the bad one may have been', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(daemonSet('one', 'example.org/agent:2'), 'just a sentence\n'));
    expect(await next()).toEqual(['applied default/one', 'problems NotAnObject', 'synced 1']);
    expect([...listener.applied.keys()].sort()).toEqual(['default/one', 'default/two']);
  });

  it('refuses an invalid DaemonSet with its causes, and takes it back when it is good again', async () => {
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

  it('names the file of a DaemonSet whose name cannot be read', async () => {
    put('daemonsets/a.yaml', daemonSet('one').replace('name: one', 'labels: {}'));
    await started();
    expect(listener.take()).toEqual(['problems Required', 'synced 0']);
    expect(listener.problems[0]).toMatchObject({
      fieldPath: 'metadata.name',
      source: `${join(daemonSets(), 'a.yaml')}:1`,
    });
  });

  it('gives a name to the first file that claims it, and tells of the other', async () => {
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

  it('names kind and file of what does not belong into it', async () => {
    put('daemonsets/a.yaml', documents('apiVersion: v1\nkind: Service\nmetadata: { name: x }\n', daemonSet('one')));
    put('nodes/n.yaml', documents(daemonSet('two'), node('n1')));
    await started();
    expect(listener.problems.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      `${join(daemonSets(), 'a.yaml')}:1: This is a Service (v1), and only DaemonSets are read here. Move it to another file or folder.`,
      `${join(nodes(), 'n.yaml')}:1: This is a DaemonSet (apps/v1), and only Nodes and their Pods are read here. Move it to another file or folder.`,
    ]);
    expect([...listener.applied.keys(), ...listener.nodes.keys()]).toEqual(['default/one', 'n1']);
  });

  it('keeps in force what an object whose kind is misspelt declared before, and names it', async () => {
    put('daemonsets/a.yaml', documents(daemonSet('one'), daemonSet('two')));
    await started();
    listener.take();
    put('daemonsets/a.yaml', documents(daemonSet('one').replace('kind: DaemonSet', 'kind: Daemonset')));
    const told = await next();
    expect(told[0]).toBe('removed default/two');
    expect(told[1]).toMatch(/^problems /);
    expect([...listener.applied.keys()]).toEqual(['default/one']);
  });

  it('keeps in force what a file held that is suddenly empty', async () => {
    put('nodes/n.yaml', node('n1'));
    await started();
    listener.take();
    put('nodes/n.yaml', '');
    expect((await next())[0]).toMatch(/^problems /);
    expect(listener.problems.map(({ code }) => code)).toEqual(['Empty']);
    expect([...listener.nodes.keys()]).toEqual(['n1']);
  });

  it('keeps the last good facts of a node that is edited into nonsense', async () => {
    put('nodes/n.yaml', documents(node('n1'), node('n2')));
    await started();
    listener.take();
    put('nodes/n.yaml', documents('apiVersion: v1\nkind: Node\nmetadata: { name: n1, labels: [] }\n', node('n2', 'b')));
    const told = await next();
    expect(told[0]).toBe('node applied n2');
    expect(told[1]).toMatch(/^problems /);
    expect(listener.nodes.get('n1')?.facts.labels).toEqual({ zone: 'a' });
  });

  it('names a node without a name', async () => {
    put('nodes/n.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {}\n');
    await started();
    expect(listener.problems[0]).toMatchObject({ fieldPath: 'metadata.name', source: `${join(nodes(), 'n.yaml')}:1` });
  });

  it('removes nothing when it vanishes as a whole, and goes on when it is back', async () => {
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

  it('says of what it could not read at the start that nobody can say what is in it', async () => {
    put('daemonsets/a.yaml', 'kind: [');
    put('daemonsets/b.yaml', daemonSet('one'));
    await started();
    expect(listener.take()).toEqual(['applied default/one', 'problems MalformedYaml', 'synced 1']);
    expect(listener.unreadPaths).toEqual([join(daemonSets(), 'a.yaml')]);
  });

  it('tells nothing after it was closed', async () => {
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
