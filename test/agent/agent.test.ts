/** Complete agents with a real file, real gRPC, and a scripted coordinator. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { FileObserver } from '../../agent/observe/file-observer.ts';
import { StateFolder } from '../../agent/state/state-folder.ts';
import { grpcStreams } from '../../agent/stream/grpc-stream.ts';
import { systemClock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { PodReport } from '../../shared/model/reports.ts';
import { PLAINTEXT } from '../../shared/rpc/channel-security.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeCoordinator } from '../fakes/fake-coordinator.ts';
import { assignment, type ScriptedStream, STORE_ID } from '../fakes/scripted-stream.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const node = (name: string, zone = 'a', more = '') =>
  `apiVersion: v1\nkind: Node\nmetadata: { name: ${name}, uid: uid-1, labels: { zone: ${zone} } ${more}}\n`;

function pod(name: string, daemonSet: string, ready = 'True', since = '2026-01-01T00:00:00Z'): string {
  return [
    '---',
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    `  name: ${name}`,
    '  labels: { controller-revision-hash: r1 }',
    `  ownerReferences: [{ apiVersion: apps/v1, kind: DaemonSet, name: ${daemonSet}, uid: ds, controller: true }]`,
    'status:',
    '  phase: Running',
    `  conditions: [{ type: Ready, status: "${ready}", lastTransitionTime: "${since}" }]`,
    '',
  ].join('\n');
}

const driftsOf = ({ drifts }: PodReport) => drifts.map(({ kind, daemonSet }) => `${kind} ${daemonSet}`);

describe('an agent', () => {
  let folder: string;
  let coordinator: FakeCoordinator;
  let logged: { level: number; message: string }[];
  let instances: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    logged = [];
    instances = 0;
    coordinator = await listening();
  });

  async function listening(port = 0): Promise<FakeCoordinator> {
    const started = await FakeCoordinator.start(port);
    onTestFinished(() => started.stop());
    return started;
  }

  const path = () => join(folder, 'node.yaml');
  const put = (...documents: string[]) => writeFileSync(path(), documents.join(''));
  const warnings = () => logged.filter(({ level }) => level >= 40).map(({ message }) => message);

  function startAgent({ keepsState = false } = {}): Agent {
    const log = pino(
      { level: 'debug', messageKey: 'message' },
      { write: (line) => logged.push(JSON.parse(line) as { level: number; message: string }) },
    );
    const agent = new Agent({
      observer: new FileObserver({ path: path(), clock: systemClock }),
      openStream: grpcStreams(coordinator.address, () => PLAINTEXT),
      stateFolder: keepsState ? new StateFolder(join(folder, 'state'), log) : null,
      clock: systemClock,
      random: () => 0.1,
      instanceId: `instance-${++instances}`,
      version: '0.0.0',
      log,
    });
    onTestFinished(async () => {
      coordinator.stop();
      await agent.stop();
    });
    agent.start();
    return agent;
  }

  /** The next stream, welcomed. */
  async function welcomed(): Promise<ScriptedStream> {
    const stream = await coordinator.nextStream();
    stream.welcome();
    return stream;
  }

  async function takePods(stream: ScriptedStream): Promise<PodReport> {
    const report = await stream.nextPodReport();
    stream.acknowledge(report.sequence);
    return report;
  }

  it('reports its node and its daemon pods, and detects no drift before it receives assignments', async () => {
    put(node('n1'), pod('agent-1', 'agent'), '---\napiVersion: v1\nkind: Pod\nmetadata: { name: web }\n');
    startAgent();
    const stream = await welcomed();
    expect(stream.hello).toMatchObject({ node: { name: 'n1', uid: 'uid-1' }, instanceId: 'instance-1' });
    expect(await stream.nextNodeReport()).toMatchObject({
      source: path(),
      problem: '',
      facts: { labels: { zone: 'a' } },
    });
    const { pods, verifiedRevision, drifts } = await stream.nextPodReport();
    expect(pods.map(({ daemonSet, podName, ready }) => [daemonSet, podName, ready])).toEqual([
      ['default/agent', 'agent-1', true],
    ]);
    expect([verifiedRevision, drifts]).toEqual([0, []]);
  });

  it('compares its assignments with the pods and reports drift', async () => {
    put(node('n1'), pod('good-1', 'good'), pod('sick-1', 'sick', 'False'), pod('extra-1', 'extra'));
    startAgent();
    const stream = await welcomed();
    await takePods(stream);
    stream.snapshot(5, [assignment('good'), assignment('sick'), assignment('gone')]);
    expect(await stream.next('assignmentAck')).toMatchObject({ sequence: '1', appliedRevision: '5', error: null });
    const report = await takePods(stream);
    expect(report.verifiedRevision).toBe(5);
    expect(driftsOf(report)).toEqual(['unexpected default/extra', 'missing default/gone', 'unhealthy default/sick']);
    expect(report.drifts.every((drift) => drift.node === 'n1')).toBe(true);
  });

  it('reports relevant edits only', async () => {
    put(node('n1'));
    startAgent();
    const stream = await welcomed();
    stream.acknowledge((await stream.nextNodeReport()).sequence);
    await takePods(stream);
    put(node('n1', 'a', ', annotations: { note: seen }, resourceVersion: "77" '));
    // Long enough apart to be two changes: the file is read between them.
    await eventually(() => logged.some(({ message }) => message === 'no change observed'));
    put(node('n1', 'b'));
    expect((await stream.nextNodeReport()).facts.labels).toEqual({ zone: 'b' });
    expect(stream.all('nodeReport')).toHaveLength(2);
    expect(stream.all('podReport')).toHaveLength(1);
  });

  it('keeps the last valid facts while its file is invalid, and reports the problem', async () => {
    put(node('n1'));
    startAgent();
    const stream = await welcomed();
    const first = await stream.nextNodeReport();
    stream.acknowledge(first.sequence + 1);
    put('kind: [');
    const broken = await stream.nextNodeReport();
    expect(broken.problem).toContain('node.yaml');
    expect([broken.facts, broken.observedMs]).toEqual([first.facts, first.observedMs]);
    expect(warnings()).toEqual([expect.stringContaining('the last valid facts remain in use')]);
    stream.acknowledge(broken.sequence);
    put(node('n1', 'b'));
    expect(await stream.nextNodeReport()).toMatchObject({ problem: '', facts: { labels: { zone: 'b' } } });
  });

  it('waits for a valid file and logs a warning', async () => {
    startAgent();
    await eventually(() => warnings().length === 1);
    expect(warnings()[0]).toMatch(/node\.yaml cannot be read: .*waiting for a valid source/);
    expect(coordinator.streamCount).toBe(0);
    put(node('n1'));
    expect((await coordinator.nextStream()).hello?.node?.name).toBe('n1');
  });

  it('does not change its node', async () => {
    put(node('n1'));
    startAgent();
    const stream = await welcomed();
    stream.acknowledge((await stream.nextNodeReport()).sequence + 1);
    put(node('n2'));
    const report = await stream.nextNodeReport();
    expect(report.facts.name).toBe('n1');
    expect(report.problem).toContain('contains node n2, but this agent runs for node n1');
  });

  it('reports a pod that becomes available over time', async () => {
    const since = new Date(systemClock.nowMs() - 500).toISOString();
    put(node('n1'), pod('agent-1', 'agent', 'True', since));
    startAgent();
    const stream = await welcomed();
    await takePods(stream);
    stream.snapshot(1, [assignment('agent', { minReadySeconds: 1 })]);
    expect((await takePods(stream)).pods[0]?.available).toBe(false);
    expect((await takePods(stream)).pods[0]?.available).toBe(true);
  });

  it('reconnects to a restarted coordinator with its cursor and its newest report', async () => {
    put(node('n1'));
    startAgent();
    const first = await welcomed();
    await takePods(first);
    const reported = await first.nextNodeReport();
    first.snapshot(3, [assignment('agent')]);
    await first.next('assignmentAck');
    const { port } = coordinator;
    coordinator.stop();
    coordinator = await listening(port);
    const second = await welcomed();
    expect(second.hello?.cursor).toEqual({
      storeId: STORE_ID,
      revision: '3',
      digest: assignmentDigest([assignment('agent')]),
    });
    const again = await second.nextNodeReport();
    expect(again.observedMs).toBe(reported.observedMs);
    expect(driftsOf(await second.nextPodReport())).toEqual(['missing default/agent']);
  });

  it('resumes after a restart with its cursor, its reports and the start times of its drifts', async () => {
    put(node('n1'));
    const agent = startAgent({ keepsState: true });
    const first = await welcomed();
    await takePods(first);
    const reported = await first.nextNodeReport();
    first.snapshot(3, [assignment('agent')]);
    const { drifts } = await takePods(first);
    first.end();
    await agent.stop();
    startAgent({ keepsState: true });
    const second = await welcomed();
    expect(second.hello).toMatchObject({ instanceId: 'instance-2', cursor: { storeId: STORE_ID, revision: '3' } });
    expect((await second.nextNodeReport()).observedMs).toBe(reported.observedMs);
    expect((await second.nextPodReport()).drifts).toEqual(drifts);
    second.delta({ base: 3, revision: 4, removals: ['default/agent'], result: [] });
    expect(await second.next('assignmentAck')).toMatchObject({ appliedRevision: '4', error: null });
  });

  it('renames the state of another node', async () => {
    put(node('n1'));
    const agent = startAgent({ keepsState: true });
    const stream = await welcomed();
    stream.snapshot(3, [assignment('agent')]);
    await stream.next('assignmentAck');
    stream.end();
    await agent.stop();
    put(node('n2'));
    startAgent({ keepsState: true });
    expect((await coordinator.nextStream()).hello).toMatchObject({ node: { name: 'n2' }, cursor: null });
    expect(warnings()).toEqual([expect.stringContaining('it belongs to node n1, but this agent runs for node n2')]);
  });

  it('retries after a refusal and logs the reason once', async () => {
    put(node('n1'));
    coordinator.refusal = new RollcallError('NOT_READY', 'still reading', { retryAfterMs: 20 });
    startAgent();
    await eventually(() => logged.filter(({ message }) => message.includes('still reading')).length > 2);
    expect(warnings()).toEqual(['cannot connect to the coordinator: still reading']);
    coordinator.refusal = null;
    await welcomed();
    await eventually(() => logged.some(({ message }) => message === 'connected to the coordinator'));
  });

  it('reconnects after a lost connection', async () => {
    put(node('n1'));
    startAgent();
    const first = await welcomed();
    await first.nextNodeReport();
    first.drop();
    const second = await welcomed();
    expect((await second.nextNodeReport()).sequence).toBe(1);
  });

  it('closes its side of the stream when it stops', async () => {
    put(node('n1'));
    const agent = startAgent();
    const stream = await welcomed();
    const stopped = agent.stop();
    await eventually(() => stream.isHalfClosed);
    stream.end();
    await stopped;
    put(node('n1', 'b'));
    expect(coordinator.streamCount).toBe(1);
  });

  it('stops gracefully while the coordinator is unavailable', async () => {
    put(node('n1'));
    coordinator.stop();
    const agent = startAgent();
    await eventually(() => warnings().length === 1);
    expect(warnings()[0]).toContain(`no coordinator responds at ${coordinator.address}`);
    await agent.stop();
  });
});
