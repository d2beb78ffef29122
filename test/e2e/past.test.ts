/** Queries about the past with the real programs, from the first change to a restore from a backup. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog } from './event-log.ts';
import { CommandLine, Folder, PROGRAMS, Running, startCoordinator } from './programs.ts';

const TIMEOUT_MS = 120_000;
const PAIR = ['daemonset/fluentd-elasticsearch', 'node/gpu-1'] as const;
const TAINT = { hard: 'effect: NoSchedule', soft: 'effect: PreferNoSchedule' } as const;

interface Explained {
  readonly verdict: string;
  readonly asOf?: { readonly revision: number };
}
interface Difference {
  readonly daemonSet: string;
  readonly node: string;
  readonly before: string;
  readonly after: string;
  readonly decision: { readonly cause: { readonly actor: string } };
}
interface Head {
  readonly revision: number;
  readonly anchor: string;
}

/** The command in docs/journal.md that restores a backup. */
function documentedRestore(): string {
  const page = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
  const command = /```sh\n(mv .*)\n```/.exec(page)?.[1];
  if (command === undefined) throw new Error('docs/journal.md contains no command that restores a backup');
  return command;
}

describe('answers about the past', { timeout: TIMEOUT_MS }, () => {
  const folder = new Folder();
  const nodeFile = folder.nodeFile('gpu-1');
  const backup = join(folder.path, 'backup.db');
  let coordinator: Running;
  let agent: Running;
  let cli: CommandLine;
  let log: EventLog;
  let port: number;
  let before: number;

  beforeAll(async () => {
    ({ coordinator, port } = await startCoordinator(folder, 0));
    const server = `127.0.0.1:${port}`;
    cli = new CommandLine(server);
    log = new EventLog(server);
    agent = new Running(PROGRAMS.agent, ['--plaintext', '--node-file', nodeFile, '--coordinator', server]);
    before = await acknowledged(0);
    await editTaint(TAINT.hard, TAINT.soft);
  }, TIMEOUT_MS);

  afterAll(async () => {
    log.close();
    await Promise.all([agent.kill('SIGTERM'), coordinator.kill('SIGTERM')]);
    folder.remove();
  }, TIMEOUT_MS);

  async function acknowledged(after: number): Promise<number> {
    const isAcknowledgement = ({ kind, action }: { kind: string; action: string }) =>
      kind === 'EVENT_KIND_ASSIGNMENT' && action === 'acknowledged';
    return Number((await log.next(isAcknowledgement, after)).revision);
  }

  /** Edits the taint of the node, and waits until the agent acknowledges the resulting assignments. */
  async function editTaint(from: string, to: string): Promise<void> {
    const after = log.newestRevision;
    folder.edit(nodeFile, (text) => text.replace(from, to));
    const decision = await log.next(
      ({ kind, node, daemonSet }) =>
        kind === 'EVENT_KIND_DECISION' && node?.name === 'gpu-1' && daemonSet?.name === 'fluentd-elasticsearch',
      after,
    );
    await acknowledged(Number(decision.revision));
  }

  it('describe the cluster as it was, for every command', async () => {
    const now = await cli.json<Explained>('why', ...PAIR);
    const then = await cli.json<Explained>('why', ...PAIR, '--at', `revision:${before}`);
    expect([now.verdict, then.verdict, then.asOf?.revision]).toEqual(['run', 'keep', before]);
    for (const command of [['status'], ['drift'], ['node/gpu-1'], [PAIR[0]]]) {
      const { exitCode, stdout, stderr } = await cli.run(...command, '--at', `revision:${before}`);
      expect([command, exitCode, stderr.replace('rollcall: no drift\n', '')]).toEqual([command, 0, '']);
      expect(stdout).toMatch(new RegExp(`^As of \\S+, revision ${before}\\n`));
    }
  });

  it('compare the placements of two moments and name the edit that changed them', async () => {
    const { exitCode, stdout } = await cli.run('diff', '--from', `revision:${before}`, '-o', 'json');
    expect(exitCode).toBe(1);
    const { differences } = JSON.parse(stdout) as { differences: Difference[] };
    expect(differences.find(({ daemonSet }) => daemonSet === 'kube-system/fluentd-elasticsearch')).toMatchObject({
      node: 'gpu-1',
      before: 'keep',
      after: 'run',
      decision: { cause: { actor: nodeFile } },
    });
    const nothing = await cli.run('diff', '--from', `revision:${before}`, '--to', `revision:${before}`);
    expect(nothing.exitCode).toBe(0);
  });

  it('include a timeline', async () => {
    const text = await cli.run('timeline', ...PAIR);
    expect(text.stdout).toMatch(/^\S*fluentd-elasticsearch +╌+[━×]+$/m);
    const { stdout } = await cli.run('timeline', 'node/gpu-1', '-o', 'svg');
    expect(stdout).toMatch(/^<svg .*<title>keep from .* to .*<\/title>/s);
  });

  it('are a base for plans', async () => {
    const planned = await cli.run(
      'plan',
      '--node',
      'gpu-1',
      '--remove-taint',
      'nvidia.com/gpu',
      '--at',
      `revision:${before}`,
    );
    expect(planned.exitCode).toBe(1);
    expect(planned.stdout).toContain('kube-system/fluentd-elasticsearch');
  });

  it('rest on a journal that verifies, replays to the same decisions and rebuilds to the same tables', async () => {
    const { anchor } = await cli.json<Head>('audit', 'head');
    expect((await cli.run('audit', 'verify', '--anchor', anchor)).stdout).toContain('anchor    matches');
    expect(await cli.run('audit', 'replay')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cli.run('audit', 'rebuild')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('can be exported row by row as text', async () => {
    const { revision } = await cli.json<Head>('audit', 'head');
    const file = join(folder.path, 'rows.csv');
    const lines = (await cli.run('audit', 'export')).stdout.split('\n').filter((line) => line !== '');
    const revisions = lines.map((line) => (JSON.parse(line) as { revision: number }).revision);
    expect(revisions.slice(0, revision)).toEqual(Array.from({ length: revision }, (_, index) => index + 1));
    expect(await cli.run('audit', 'export', '--format', 'csv', '-f', file)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^revision,recorded,/);
  });

  it('survive a restore from a backup by the documented command, and the agents reconnect', async () => {
    expect(await cli.run('audit', 'backup', backup)).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stderr } = await cli.run('audit', 'backup', backup);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `rollcall: ${backup} already exists; specify another file, or use --force to overwrite it\n`,
    });
    const kept = await cli.json<Head>('audit', 'head');
    await editTaint(TAINT.soft, TAINT.hard);
    const lost = await cli.json<Head>('audit', 'head');
    log.close();
    expect((await coordinator.kill('SIGTERM')).exitCode).toBe(0);

    execFileSync('sh', ['-c', documentedRestore().replace('backup.db', backup)], { cwd: folder.data });
    ({ coordinator, port } = await startCoordinator(folder, port));
    log = new EventLog(`127.0.0.1:${port}`);
    await log.next(({ kind, action }) => kind === 'EVENT_KIND_AGENT' && action === 'connected', kept.revision);
    await acknowledged(kept.revision);
    expect((await cli.json<Explained>('why', ...PAIR)).verdict).toBe('keep');
    expect((await cli.run('audit', 'verify', '--anchor', kept.anchor)).exitCode).toBe(0);
    // A head that was published after the backup reveals the missing rows.
    expect((await cli.run('audit', 'verify', '--anchor', lost.anchor)).exitCode).toBe(6);
  });
});
