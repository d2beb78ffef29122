/** The local cluster as a user runs it: real processes, real files, the CLI. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog } from './event-log.ts';
import { CommandLine, Folder, PROGRAMS, Running, runToEnd } from './programs.ts';

/** The local cluster runs a dozen processes, and the machine may be small. */
const TIMEOUT_MS = 120_000;

const MISSING_LABEL = 'node-role.kubernetes.io/gone';

interface Status {
  readonly nodes: readonly { readonly name: string; readonly presence: string }[];
  readonly drifts: readonly { readonly kind: string; readonly node: string; readonly daemonSet: string }[];
}

describe('the local cluster', { timeout: TIMEOUT_MS }, () => {
  const folder = new Folder();
  let local: Running;
  let cli: CommandLine;
  let log: EventLog;

  beforeAll(async () => {
    const { data, daemonSets, nodes } = folder;
    const args = ['--data', data, '--daemonsets', daemonSets, '--nodes', nodes, '--port', '0'];
    local = new Running(PROGRAMS.local, args);
    await local.line((line) => line.startsWith('worker-3'));
    const server = `127.0.0.1:${portOf(`${data}/logs/coordinator.log`)}`;
    cli = new CommandLine(server);
    log = new EventLog(server);
  }, TIMEOUT_MS);

  afterAll(async () => {
    log.close();
    await local.kill('SIGINT');
    folder.remove();
  }, TIMEOUT_MS);

  it('prints a complete report with the five drifts of the examples', async () => {
    const { nodes, drifts } = await cli.json<Status>('status');
    expect(nodes.map(({ presence }) => presence)).toEqual(Array.from({ length: 12 }, () => 'present'));
    expect(drifts.map(({ kind, daemonSet, node }) => `${kind} ${daemonSet} ${node}`).sort()).toEqual([
      'duplicate kube-system/fluentd-elasticsearch worker-2',
      'missing kube-system/fluentd-elasticsearch worker-3',
      'outdated logging/fluent-bit edge-1',
      'unexpected edge/edge-gateway edge-2',
      'unhealthy kube-system/nvidia-device-plugin gpu-1',
    ]);
  });

  it('changes a decision when a node file is edited, gets it acknowledged, and names the edit as its cause', async () => {
    const after = log.newestRevision;
    folder.edit(folder.nodeFile('gpu-1'), (text) => text.replace('effect: NoSchedule', 'effect: PreferNoSchedule'));
    const decision = await log.next(
      ({ kind, node, daemonSet }) =>
        kind === 'EVENT_KIND_DECISION' && node?.name === 'gpu-1' && daemonSet?.name === 'fluentd-elasticsearch',
      after,
    );
    expect(decision.changes).toMatchObject([{ field: 'verdict', from: 'keep', to: 'run' }]);
    expect(decision.cause).toMatchObject({ trigger: 'TRIGGER_NODE_REPORT', actor: folder.nodeFile('gpu-1') });
    expect(decision.cause?.message).toContain('taint nvidia.com/gpu=present:NoSchedule removed');
    await log.next(
      ({ kind, node, action }) =>
        kind === 'EVENT_KIND_ASSIGNMENT' && node?.name === 'gpu-1' && action === 'acknowledged',
      Number(decision.revision),
    );
    const { stdout } = await cli.run(
      'history',
      '--daemonset',
      'fluentd-elasticsearch',
      '--kind',
      'decision',
      '--limit',
      '1',
    );
    expect(stdout).toContain('kube-system/fluentd-elasticsearch on gpu-1: keep → run');
    expect(stdout).toContain('taint nvidia.com/gpu=present:NoSchedule removed');
  });

  it('explains a pair with every reason and the edit that would change the verdict', async () => {
    const { exitCode, stdout } = await cli.run('why', 'daemonset/nvidia-device-plugin', 'node/gpu-2');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('nvidia.com/gpu.present');
    expect(stdout).toContain('kubectl label node gpu-2 nvidia.com/gpu.present=true');
  });

  it('decides again on every affected node when a DaemonSet is edited', async () => {
    const after = log.newestRevision;
    const file = `${folder.daemonSets}/fluentd-elasticsearch.yaml`;
    folder.edit(file, (text) =>
      text.replace('    spec:\n', `    spec:\n      nodeSelector:\n        ${MISSING_LABEL}: ""\n`),
    );
    const change = await log.next(
      ({ kind, action }) => kind === 'EVENT_KIND_DAEMON_SET' && action === 'changed',
      after,
    );
    const isCausedByChange = ({ kind, cause }: { kind: string; cause: { revision: string } | null }) =>
      kind === 'EVENT_KIND_DECISION' && cause?.revision === change.revision;
    for (const node of ['control-1', 'worker-1', 'windows-1']) {
      const decision = await log.next((event) => isCausedByChange(event) && event.node?.name === node, after);
      expect(decision.changes[0]?.to).toBe('none');
    }
  });

  it('keeps the last valid version of a DaemonSet in force while its newest manifest is rejected', async () => {
    const after = log.newestRevision;
    const file = `${folder.daemonSets}/edge-gateway.yaml`;
    folder.edit(file, (text) => text.replace('operator: Exists', 'operator: Exist'));
    const rejected = await log.next(
      ({ kind, action }) => kind === 'EVENT_KIND_DAEMON_SET' && action === 'rejected',
      after,
    );
    expect(rejected.message).toContain('operator');
    const { stdout } = await cli.run('status');
    expect(stdout).toContain('edge-gateway');
    expect(stdout).toContain('operator');
    folder.edit(file, (text) => text.replace('operator: Exist\n', 'operator: Exists\n'));
    await log.next(({ kind, action }) => kind === 'EVENT_KIND_DAEMON_SET' && action === 'accepted', after);
  });

  it('keeps the last facts of a node whose file is broken, and reports the problem', async () => {
    folder.edit(folder.nodeFile('worker-1'), (text) => `${text}\n  - : [\n`);
    let agent = '';
    // A manifest problem does not change the inventory, so the journal has no event for it.
    while (!agent.includes('worker-1.yaml')) {
      const { stdout } = await cli.run('agents');
      agent = stdout.split('\n').find((line) => line.startsWith('worker-1')) ?? '';
    }
    expect(agent).toContain('present');
  });

  it('reports a node as absent when its agent is killed', async () => {
    const after = log.newestRevision;
    process.kill(agentPidOf(folder.nodeFile('edge-2')), 'SIGKILL');
    const absent = await log.next(({ kind, action }) => kind === 'EVENT_KIND_AGENT' && action === 'absent', after);
    expect(absent.node?.name).toBe('edge-2');
    const { stdout } = await cli.run('node/edge-2');
    expect(stdout).toContain('absent');
  });

  it('describes a usage error in one sentence', async () => {
    const unknown = await cli.run('why', 'daemonset/fluentd-elasticsearc', 'node/gpu-1');
    expect(unknown.exitCode).toBe(3);
    expect(unknown.stderr.trim().split('\n')).toHaveLength(1);
    expect(unknown.stderr).toContain('fluentd-elasticsearch');
    const taken = await runToEnd(PROGRAMS.coordinator, [
      '--plaintext',
      '--data',
      folder.data,
      '--listen',
      '127.0.0.1:0',
    ]);
    expect(taken.exitCode).toBe(2);
    expect(taken.stderr.trim().split('\n')).toHaveLength(1);
    const other = { data: join(folder.path, 'other'), port: String(portOf(`${folder.data}/logs/coordinator.log`)) };
    const second = await runToEnd(PROGRAMS.local, ['--data', other.data, '--port', other.port]);
    expect(second.stderr.trim()).toMatch(
      /^rollcall-local: .* the address is already in use; specify another port with --port$/,
    );
  });

  it('stops cleanly on Ctrl-C and leaves no process behind', async () => {
    const { exitCode, stderr } = await local.kill('SIGINT');
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('Error');
    expect(stderr.match(/the agent of .* ended/g)).toEqual(['the agent of edge-2.yaml ended']);
    expect(stderr).toContain('the agent of edge-2.yaml ended by SIGKILL; its log is ');
    expect(processesOf(folder.path)).toEqual([]);
  });
});

/** Finds the process as a user would, with ps. */
function agentPidOf(nodeFile: string): number {
  return Number.parseInt(processesOf(nodeFile).find((line) => line.includes('--node-file')) ?? '', 10);
}

function processesOf(path: string): string[] {
  const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return processes.filter((line) => line.includes(path));
}

function portOf(logFile: string): number {
  const ready = readFileSync(logFile, 'utf8')
    .split('\n')
    .find((line) => line.includes('coordinator ready'));
  return (JSON.parse(ready ?? '{}') as { port: number }).port;
}
