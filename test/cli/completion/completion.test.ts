/** Completion candidates, and the completion scripts in real shells. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { complete, type KnownNames } from '../../../cli/completion/candidates.ts';
import { completionScript, SHELLS } from '../../../cli/completion/scripts.ts';
import { FakeQueryServer } from '../../fakes/fake-query-server.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { DAEMON_SETS } from '../cluster-data.ts';
import { runCli } from '../run-cli.ts';

const NAMES: KnownNames = {
  nodes: async () => ['gpu-1', 'worker-1', 'worker-2'],
  daemonSets: async () => ['a/agent', 'b/agent', 'kube-system/proxy'],
};

/** A command tree with one command of each kind. */
function tree(): Command {
  const program = new Command('rollcall')
    .option('--server <address>', 'address of the coordinator')
    .addOption(new Option('-o, --output <format>', 'how to answer').choices(['table', 'json']));
  program.command('why').summary('say why').argument('<daemonset>').argument('<node>');
  program.command('history').option('--node <name>', 'only this node').option('--daemonset <name>', 'only this one');
  program.command('plan').option('-f, --filename <path>', 'a file').option('--cordon [name]', 'a node');
  program.command('completion').addArgument(new Argument('<shell>').choices(SHELLS));
  program.command('__complete', { hidden: true });
  return program;
}

async function offered(...words: string[]) {
  const { candidates, directive } = await complete(tree(), words, NAMES);
  return [candidates.map(({ value }) => value), directive] as const;
}

describe('completion candidates', () => {
  it.each<[string[], string[], string]>([
    [[''], ['why', 'history', 'plan', 'completion', 'help'], 'done'],
    [['pl'], ['plan'], 'done'],
    [['plan', '--c'], ['--cordon'], 'done'],
    [['--server', 'x:1', 'hist'], ['history'], 'done'],
    [['why', '--o'], ['--output'], 'done'],
    [['why', '-o', ''], ['table', 'json'], 'done'],
    [['why', '--output=j'], ['--output=json'], 'done'],
    [['plan', '-f', ''], [], 'files'],
    [['plan', '--server', ''], [], 'done'],
    [['completion', ''], ['bash', 'zsh', 'fish'], 'done'],
    [['history', '--node', 'w'], ['worker-1', 'worker-2'], 'done'],
    [['history', '--node=g'], ['--node=gpu-1'], 'done'],
    [['history', '--daemonset', ''], ['agent', 'proxy'], 'done'],
    [['why', ''], ['daemonset/'], 'nospace'],
    [['why', 'daemonset/'], ['daemonset/a/agent', 'daemonset/b/agent', 'daemonset/proxy'], 'done'],
    [['why', 'ds/kube-system/'], ['ds/kube-system/proxy'], 'done'],
    [['why', 'daemonset/proxy', 'no'], ['node/'], 'nospace'],
    [['why', 'daemonset/proxy', 'node/g'], ['node/gpu-1'], 'done'],
    [['why', 'daemonset/proxy', 'node/gpu-1', ''], [], 'done'],
    [['node/worker-'], ['node/worker-1', 'node/worker-2'], 'done'],
  ])('for %j: %j', async (words, candidates, directive) => {
    expect(await offered(...words)).toEqual([candidates, directive]);
  });
});

describe('rollcall __complete', () => {
  it('prints candidates with descriptions, then a directive', async () => {
    const { exitCode, stdout } = await runCli(['__complete', '--', 'plan', '--remove-l']);
    expect(stdout).toBe('--remove-label\tSimulate removing this label (repeatable)\n:done\n');
    expect(exitCode).toBe(0);
  });

  it.each(['-n kube-system', '--namespace kube-system', '--namespace=kube-system'])(
    'offers only the DaemonSets of the namespace with %s',
    async (namespace) => {
      const server = await FakeQueryServer.start({ ListDaemonSets: () => ({ daemonSets: DAEMON_SETS }) });
      const words = `--server ${server.address} ${namespace} status daemonset/`.split(' ');
      const { stdout } = await runCli(['__complete', '--', ...words]);
      server.stop();
      expect(stdout).toBe('daemonset/fluentd\t\n:done\n');
    },
  );

  it('prints nothing if no coordinator answers', async () => {
    // Port 1 is reserved, and nothing listens there.
    const { exitCode, stdout, stderr } = await runCli(['__complete', '--', '--server', '127.0.0.1:1', 'node/']);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: ':done\n', stderr: '' });
  });

  it('is not listed among the commands', async () => {
    expect((await runCli(['--help'])).stdout).not.toContain('__complete');
  });
});

function hasShell(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** Runs a shell in which `rollcall` prints `answer` and records its arguments. */
function runShell(shell: string, commands: string, answer: string) {
  const folder = temporaryFolder();
  const stub = join(folder, 'rollcall');
  const asked = join(folder, 'asked');
  writeFileSync(join(folder, 'answer'), answer);
  writeFileSync(stub, `#!/bin/sh\nprintf '%s|' "$@" > '${asked}'\ncat '${join(folder, 'answer')}'\n`);
  chmodSync(stub, 0o755);
  const result = spawnSync(shell, ['-c', `${commands}\ncat '${asked}'`], {
    encoding: 'utf8',
    env: { PATH: `${folder}${delimiter}/usr/local/bin${delimiter}/usr/bin${delimiter}/bin`, HOME: folder },
  });
  return { stdout: result.stdout, stderr: result.stderr };
}

describe('the completion script', () => {
  it.each(SHELLS.filter((shell) => hasShell(shell)))('for %s is syntactically valid', (shell) => {
    const file = join(temporaryFolder(), 'script');
    writeFileSync(file, completionScript(shell));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it.skipIf(!hasShell('bash'))('for bash offers the candidates of the program', () => {
    const line = 'rollcall --server=127.0.0.1:7655 why daemonset/pr';
    const { stdout, stderr } = runShell(
      'bash',
      `${completionScript('bash')}
COMP_LINE='${line}' COMP_POINT=${line.length}
_rollcall rollcall
printf '%s\\n' "\${COMPREPLY[@]}"`,
      'daemonset/proxy\tdescribed\ndaemonset/probe\t\n:done\n',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('daemonset/proxy\ndaemonset/probe\n__complete|--|--server=127.0.0.1:7655|why|daemonset/pr|');
  });

  it.skipIf(!hasShell('bash'))('for bash replaces only the value of --option=value', () => {
    const { stdout } = runShell(
      'bash',
      `${completionScript('bash')}
COMP_LINE='rollcall --output=j' COMP_POINT=19
_rollcall rollcall
printf '%s\\n' "\${COMPREPLY[@]}"`,
      '--output=json\t\n:done\n',
    );
    expect(stdout).toBe('json\n__complete|--|--output=j|');
  });

  it.skipIf(!hasShell('fish'))('for fish offers the candidates of the program with descriptions', () => {
    const { stdout, stderr } = runShell(
      'fish',
      `${completionScript('fish')}\ncomplete --do-complete 'rollcall why '`,
      'daemonset/\tthe first\n:nospace\n',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('daemonset/\tthe first\n__complete|--|why||');
  });

  it.skipIf(!hasShell('zsh'))('for zsh offers the candidates of the program with descriptions', () => {
    const { stdout, stderr } = runShell(
      'zsh',
      `compdef() { : }
_describe() { print -l -- $2 "\${(@P)2}" }
${completionScript('zsh')}
words=(rollcall plan --no) CURRENT=3
_rollcall`,
      '--node\tthe node: by name\n--nodes\tfiles\n:done\n',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('described\n--node:the node: by name\n--nodes:files\n__complete|--|plan|--no|');
  });
});
