/** Every expected error is one sentence on standard error with its exit code, and never a stack trace. */
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
    GetNode: refuse('UNKNOWN_NODE', 'node gpu-2 does not exist', 'gpu-2'),
    GetDaemonSet: refuse('UNKNOWN_DAEMON_SET', 'DaemonSet exporter does not exist', 'exporter'),
    ListPlacements: () => ({ placements: [] }),
    ListEvents: () => ({ events: [] }),
    ExplainPlacement: refuse('UNKNOWN_DAEMON_SET', 'DaemonSet fluent does not exist', 'fluent'),
    GetStatus: () => {
      throw new Error('a secret of the coordinator');
    },
    ListAgents: () => new Promise(() => {}),
  });
});

afterAll(() => server.stop());

describe('a usage error', () => {
  it.each<[string, number, string]>([
    ['statsu', 2, "unknown command 'statsu'; did you mean status?"],
    ['', 2, 'no command specified; use --help to list the commands'],
    ['audit', 2, 'no command specified; use --help to list the commands'],
    ['audit verfy', 2, "unknown command 'verfy'; did you mean verify?"],
    ['why ds/fluentd', 2, "missing required argument 'node/NAME'"],
    ['why ds/fluentd ds/other', 2, 'why requires one DaemonSet and one node: rollcall why daemonset/NAME node/NAME'],
    ['deamonset/x', 2, "unknown resource type 'deamonset'; did you mean daemonset/x?"],
    ['status node/x', 2, "'node/x' is a node; specify a DaemonSet as daemonset/NAME"],
    ['node/', 2, "'node/' is not a valid node name; use node/NAME"],
    ['-n a ds/b/c', 2, "'ds/b/c' specifies namespace b, but --namespace is a; remove one of them"],
    ['nodes --outptu json', 2, "unknown option '--outptu'; did you mean --output?"],
    ['nodes -o xml', 2, "invalid value 'xml' for --output: must be one of table, wide, json, yaml, svg"],
    ['audit export -o json', 2, 'audit export does not support -o json; use --format jsonl or --format csv'],
    ['nodes -o svg', 2, '-o svg is for timelines only; nodes supports table, wide, json and yaml'],
    ['agents extra', 2, "too many arguments for 'agents': expected 0 arguments but got 1"],
    ['timeline node/a node/b', 2, 'timeline accepts one node, one DaemonSet, or one of each'],
    ['timeline node/a --from 2026-02-30', 2, "invalid value '2026-02-30' for --from: 2026-02 has 28 days"],
    ['nodes --server here', 2, "invalid value 'here' for --server: must be an address such as 127.0.0.1:7655"],
    [
      'nodes --request-timeout 5',
      2,
      "invalid value '5' for --request-timeout: must be a duration such as 500ms or 10s",
    ],
    ['history --limit 0', 2, "invalid value '0' for --limit: must be a positive integer"],
    ['completion powershell', 2, "invalid value 'powershell' for <shell>: must be one of bash, zsh, fish"],
    ['node/gpu-2', 3, 'node gpu-2 does not exist; did you mean node/gpu-1?'],
    ['why ds/fluent node/gpu-1', 3, 'DaemonSet fluent does not exist; did you mean daemonset/fluentd?'],
    ['daemonset/exporter', 3, 'DaemonSet exporter does not exist; did you mean daemonset/node-exporter?'],
    ['history --node gpu-2', 3, 'node gpu-2 does not exist; did you mean node/gpu-1?'],
  ])('in "%s" exits with code %i and prints: %s', async (line, exitCode, sentence) => {
    const words = line.split(' ').filter((word) => word !== '');
    const outcome = await runCli(words, { environment: { ROLLCALL_SERVER: server.address } });
    expect(outcome).toEqual({ exitCode, stdout: '', stderr: `rollcall: ${sentence}\n` });
  });
});

describe('a coordinator that does not respond', () => {
  it('exits with code 5 if nothing listens at the address', async () => {
    // Port 1 is reserved, and nothing listens there.
    expect(await runCli(['nodes', '--server', '127.0.0.1:1'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr:
        'rollcall: no coordinator responds at 127.0.0.1:1; start a coordinator, or specify its address with --server\n',
    });
  });

  it('exits with code 5 after the request timeout', async () => {
    expect(await runCli(['agents', '--server', server.address, '--request-timeout', '50ms'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: ${server.address} did not respond within 50ms; increase --request-timeout to wait longer\n`,
    });
  });
});

describe('an internal error of the coordinator', () => {
  it('reveals no internal details', async () => {
    expect(await runCli(['status', '--server', server.address])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: ${server.address} failed: internal error; the log of the coordinator has the details\n`,
    });
  });
});

describe('without a coordinator', () => {
  it.each(['--help', '--version', 'version', 'why --help', 'completion bash'])('%s succeeds', async (line) => {
    const { exitCode, stdout, stderr } = await runCli(line.split(' '), {
      environment: { ROLLCALL_SERVER: '127.0.0.1:1' },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });
});

describe('a suggestion for a partial name', () => {
  it('is left out if several names contain the part', async () => {
    const ambiguous = await FakeQueryServer.start({
      ListDaemonSets: () => ({
        daemonSets: ['node-exporter', 'windows-exporter'].map((name) => ({ daemonSet: { namespace: 'a', name } })),
      }),
      GetDaemonSet: () => {
        throw new RollcallError('UNKNOWN_DAEMON_SET', 'DaemonSet exporter does not exist', {
          metadata: { name: 'exporter' },
        });
      },
      ListPlacements: () => ({ placements: [] }),
    });
    const { stderr } = await runCli(['daemonset/exporter', '--server', ambiguous.address]);
    ambiguous.stop();
    expect(stderr).toBe('rollcall: DaemonSet exporter does not exist\n');
  });
});

describe('help', () => {
  it.each(['--help', 'plan --help', 'audit --help', 'timeline --help'])('%s fits into 80 columns', async (line) => {
    const { stdout } = await runCli(line.split(' '), { columns: 80, isTTY: true });
    expect(stdout.split('\n').filter((text) => text.length > 80)).toEqual([]);
    expect(stdout).toContain('Address of the coordinator');
  });

  it('shows the choices of an option once, and its default', async () => {
    const { stdout } = await runCli(['history', '--help']);
    const help = stdout.replaceAll(/\s+/g, ' ');
    expect(help).toContain('--kind <kind> Only events of this kind; repeatable (one of: decision, node,');
    expect(help.match(/daemon-set, agent/g)).toHaveLength(1);
    expect(help).toContain('--limit <count> Maximum number of events (default: 50)');
  });
});
