/** Every mistake is one sentence on standard error, with its exit code, and never a stack trace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { DAEMON_SETS, NODES } from './cluster-data.ts';
import { runCli } from './run-cli.ts';

let server: FakeQueryServer;

beforeAll(async () => {
  const refuse = (reason: 'UNKNOWN_NODE' | 'UNKNOWN_DAEMON_SET', message: string, name: string) => () => {
    throw new RollcallError(reason, message, { metadata: { name } });
  };
  server = await FakeQueryServer.start({
    ListNodes: () => ({ nodes: NODES }),
    ListDaemonSets: () => ({ daemonSets: DAEMON_SETS }),
    GetNode: refuse('UNKNOWN_NODE', 'node gpu-2 is not on the roll', 'gpu-2'),
    GetDaemonSet: refuse('UNKNOWN_DAEMON_SET', 'no DaemonSet exporter is known', 'exporter'),
    ListPlacements: () => ({ placements: [] }),
    ListEvents: () => ({ events: [] }),
    ExplainPlacement: refuse('UNKNOWN_DAEMON_SET', 'no DaemonSet fluent is known', 'fluent'),
    GetStatus: () => {
      throw new Error('a secret of the coordinator');
    },
    ListAgents: () => new Promise(() => {}),
  });
});

afterAll(() => server.stop());

describe('a mistake', () => {
  it.each<[string, number, string]>([
    ['statsu', 2, "unknown command 'statsu'; did you mean status?"],
    ['', 2, 'a command is missing; --help lists them'],
    ['audit', 2, 'a command is missing; --help lists them'],
    ['audit verfy', 2, "unknown command 'verfy'; did you mean verify?"],
    ['why ds/fluentd', 2, "missing required argument 'node/NAME'"],
    ['why ds/fluentd ds/other', 2, 'why needs one DaemonSet and one node: rollcall why daemonset/NAME node/NAME'],
    ['deamonset/x', 2, "'deamonset/x' is no daemonset/NAME and no node/NAME; did you mean daemonset/x?"],
    ['status node/x', 2, "'node/x' is a node; a DaemonSet is wanted here: daemonset/NAME"],
    ['node/', 2, "'node/' names no node; write node/NAME"],
    ['-n a ds/b/c', 2, "'ds/b/c' is in namespace b, but --namespace says a; leave one out"],
    ['nodes --outptu json', 2, "unknown option '--outptu'; did you mean --output?"],
    [
      'nodes -o xml',
      2,
      "option '-o, --output <format>' argument 'xml' cannot be used. Allowed choices are table, wide, json, yaml, svg",
    ],
    ['audit export -o json', 2, 'audit export does not take -o json; it writes rows as --format jsonl or --format csv'],
    ['nodes -o svg', 2, '-o svg draws timelines only; nodes answers as table, wide, json or yaml'],
    [
      'timeline node/a node/b',
      2,
      'timeline draws one node, one DaemonSet, or one of each: rollcall timeline node/NAME',
    ],
    ['timeline node/a --from 2026-02-30', 2, '--from 2026-02-30 does not exist: 2026-02 has the days 01 to 28'],
    [
      'nodes --server here',
      2,
      "option '--server <address>' argument 'here' cannot be used. It must be an address such as 127.0.0.1:7655",
    ],
    [
      'nodes --request-timeout 5',
      2,
      "option '--request-timeout <duration>' argument '5' cannot be used. It must be a duration such as 500ms or 10s",
    ],
    ['history --limit 0', 2, "option '--limit <rows>' argument '0' cannot be used. It must be a whole number from 1"],
    ['node/gpu-2', 3, 'node gpu-2 is not on the roll; did you mean node/gpu-1?'],
    ['why ds/fluent node/gpu-1', 3, 'no DaemonSet fluent is known; did you mean daemonset/fluentd?'],
    ['daemonset/exporter', 3, 'no DaemonSet exporter is known; did you mean daemonset/node-exporter?'],
    ['history --node gpu-2', 3, 'node gpu-2 is not on the roll; did you mean node/gpu-1?'],
  ])('such as "%s" ends with exit code %i and says: %s', async (line, exitCode, sentence) => {
    const words = line.split(' ').filter((word) => word !== '');
    const outcome = await runCli(words, { environment: { ROLLCALL_SERVER: server.address } });
    expect(outcome).toEqual({ exitCode, stdout: '', stderr: `rollcall: ${sentence}\n` });
  });
});

describe('a coordinator that', () => {
  it('cannot be reached is exit code 5', async () => {
    // Port 1 is reserved, and nothing listens there.
    expect(await runCli(['nodes', '--server', '127.0.0.1:1'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: 'rollcall: no coordinator answers at 127.0.0.1:1; start one, or name another with --server\n',
    });
  });

  it('says nothing for the whole request timeout is exit code 5', async () => {
    expect(await runCli(['agents', '--server', server.address, '--request-timeout', '50ms'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: ${server.address} did not answer within 50ms; see --request-timeout\n`,
    });
  });
});

describe('a bug of the coordinator', () => {
  it('tells nothing of its insides', async () => {
    expect(await runCli(['status', '--server', server.address])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: ${server.address} failed: internal error; the log of the coordinator has the details\n`,
    });
  });
});

describe('no coordinator is needed', () => {
  it.each(['--help', '--version', 'version', 'why --help', 'completion bash'])('for %s', async (line) => {
    const { exitCode, stdout, stderr } = await runCli(line.split(' '), {
      environment: { ROLLCALL_SERVER: '127.0.0.1:1' },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });
});

describe('a part of a name', () => {
  it('suggests nothing where several names have it', async () => {
    const ambiguous = await FakeQueryServer.start({
      ListDaemonSets: () => ({
        daemonSets: ['node-exporter', 'windows-exporter'].map((name) => ({ daemonSet: { namespace: 'a', name } })),
      }),
      GetDaemonSet: () => {
        throw new RollcallError('UNKNOWN_DAEMON_SET', 'no DaemonSet exporter is known', {
          metadata: { name: 'exporter' },
        });
      },
      ListPlacements: () => ({ placements: [] }),
    });
    const { stderr } = await runCli(['daemonset/exporter', '--server', ambiguous.address]);
    ambiguous.stop();
    expect(stderr).toBe('rollcall: no DaemonSet exporter is known\n');
  });
});

describe('help', () => {
  it.each(['--help', 'plan --help', 'audit --help', 'timeline --help'])(
    '%s fits a terminal of 80 columns',
    async (line) => {
      const { stdout } = await runCli(line.split(' '), { columns: 80, isTTY: true });
      expect(stdout.split('\n').filter((text) => text.length > 80)).toEqual([]);
      expect(stdout).toContain('address of the coordinator');
    },
  );

  it('says the choices of an option once, and its default', async () => {
    const { stdout } = await runCli(['history', '--help']);
    const help = stdout.replaceAll(/\s+/g, ' ');
    expect(help).toContain('--kind <kind> only rows of this kind, repeatable (decision, node,');
    expect(help.match(/daemon-set, agent/g)).toHaveLength(1);
    expect(help).toContain('--limit <rows> at most so many rows (default 50)');
  });
});
