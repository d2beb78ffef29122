/** The settings of the coordinator and the agent. */
import { describe, expect, it } from 'vitest';
import { agentSettings } from '../../agent/settings.ts';
import { coordinatorSettings } from '../../coordinator/settings.ts';
import { helpText } from '../../shared/settings/describe.ts';
import { readSettings } from '../../shared/settings/read-settings.ts';
import type { Setting } from '../../shared/settings/table.ts';
import { parseDurationMs, parseValue } from '../../shared/settings/values.ts';

const noOtherSources = {
  environment: {},
  readFile: (): string => {
    throw new Error('no file');
  },
};
const coordinator = (...argv: string[]) => readSettings(coordinatorSettings, { argv, ...noOtherSources });
const agent = (...argv: string[]) => readSettings(agentSettings, { argv, ...noOtherSources });

describe('the coordinator', () => {
  it('requires only --plaintext to start', () => {
    expect(coordinator('--plaintext')).toEqual({
      kind: 'run',
      settings: {
        data: './data',
        listen: { host: '127.0.0.1', port: 7655 },
        tlsCertificate: undefined,
        tlsKey: undefined,
        tlsClientCa: undefined,
        tlsClientCrl: undefined,
        plaintext: true,
        cluster: 'files',
        namespace: 'rollcall',
        agentServiceAccount: 'rollcall-agent',
        leaderElection: false,
        own: false,
        dryRun: false,
        ownExcludeNamespaces: undefined,
        ownWritesPerSecond: 50,
        ownWriteBurst: 250,
        daemonsets: undefined,
        nodes: undefined,
        leaseMs: 40_000,
        heartbeatMs: 10_000,
        startGraceMs: 60_000,
        headIntervalMs: 3_600_000,
        reflection: true,
        logLevel: 'info',
        logFormat: 'json',
        config: undefined,
      },
    });
  });

  it.each(['0.0.0.0:7655', '[::]:7655', '192.168.1.10:7655', 'example.org:7655'])(
    'rejects plaintext on %s, which is not a loopback address',
    (address) => {
      expect(() => coordinator('--plaintext', '--listen', address)).toThrow(
        /^--plaintext is not allowed with --listen .*; use a loopback address/,
      );
    },
  );

  it.each(['localhost:1', '[::1]:7655', '127.0.0.2:0'])('accepts plaintext on %s', (address) => {
    expect(coordinator('--plaintext', '--listen', address).kind).toBe('run');
  });

  it('requires an API server for leader election', () => {
    expect(() => coordinator('--plaintext', '--leader-election')).toThrow(/set --cluster api-server/);
    expect(coordinator('--plaintext', '--leader-election', '--cluster', 'api-server').kind).toBe('run');
  });

  it('requires TLS or --plaintext', () => {
    expect(() => coordinator()).toThrow(/^TLS requires both --tls-certificate and --tls-key; .* use --plaintext\.$/);
    expect(() => coordinator('--tls-key', 'a')).toThrow(/^TLS requires both/);
    expect(() => coordinator('--plaintext', '--tls-key', 'a')).toThrow(/mutually exclusive/);
    const pair = ['--tls-certificate', 'a', '--tls-key', 'b'];
    expect(() => coordinator(...pair)).toThrow(/^No caller could authenticate; .* --cluster api-server for tokens/);
    expect(() => coordinator(...pair, '--cluster', 'api-server', '--tls-client-crl', 'c')).toThrow(/set both/);
    expect(coordinator(...pair, '--cluster', 'api-server').kind).toBe('run');
    expect(coordinator(...pair, '--tls-client-ca', 'c', '--listen', '0.0.0.0:7655').kind).toBe('run');
  });

  it('reads the cluster from files or from the API server, but not from both', () => {
    expect(coordinator('--plaintext', '--cluster', 'api-server', '--kubeconfig', 'k').kind).toBe('run');
    expect(() => coordinator('--plaintext', '--cluster', 'api-server', '--nodes', 'n')).toThrow(
      /^--nodes cannot be used with --cluster api-server/,
    );
    expect(() => coordinator('--plaintext', '--kubeconfig', 'k')).toThrow(/remove --kubeconfig\.$/);
  });

  it('retains history for a duration and up to a size, and requires a minimum', () => {
    const kept = coordinator('--plaintext', '--retain', '90d', '--retain-bytes', '5GiB');
    expect(kept).toMatchObject({ settings: { retainMs: 90 * 86_400_000, retainBytes: 5 * 2 ** 30 } });
    for (const retain of ['0', '0s']) {
      expect(() => coordinator('--plaintext', '--retain', retain)).toThrow(/--retain 0 would keep no history/);
    }
    const smallest = coordinator('--plaintext', '--retain-bytes', '1MiB');
    expect(smallest).toMatchObject({ settings: { retainBytes: 2 ** 20 } });
    for (const bytes of ['0', '0B', '1KiB', '1023KiB']) {
      expect(() => coordinator('--plaintext', '--retain-bytes', bytes)).toThrow(
        /^--retain-bytes must be at least 1MiB, because the newest 10,000 events are never pruned; set a size such as 5GiB/,
      );
    }
  });

  it('rejects a heartbeat interval of half a lease or more', () => {
    expect(() => coordinator('--plaintext', '--heartbeat', '20s')).toThrow(
      '--heartbeat (20000ms) must be less than half of --lease',
    );
    const short = () => coordinator('--plaintext', '--lease', '15s');
    expect(short).toThrow('--heartbeat (10000ms) must be less than half of --lease');
    expect(coordinator('--plaintext', '--heartbeat', '19s').kind).toBe('run');
  });
});

describe('the agent', () => {
  it('requires only a node file', () => {
    expect(() => agent()).toThrow(/either --node-name NAME or --node-file FILE\.$/);
    expect(agent('--node-file', 'gpu-1.yaml')).toMatchObject({
      settings: { nodeFile: 'gpu-1.yaml', coordinator: { host: '127.0.0.1', port: 7655 }, state: undefined },
    });
  });

  it('observes its node in a cluster or in a file, but does not mix both', () => {
    const kubelet = ['--pods-from', 'kubelet', '--kubelet-host', '10.0.0.7'];
    expect(agent('--node-name', 'gpu-1', ...kubelet)).toMatchObject({
      settings: { nodeName: 'gpu-1', podsFrom: 'kubelet', kubeletHost: '10.0.0.7', kubeletPort: 10_250 },
    });
    const rejects = (...argv: string[]) =>
      expect(() => agent(...argv)).toThrow(/(Specify|specified|remove|must) .*\.$/);
    rejects('--node-name', 'gpu-1', '--node-file', 'gpu-1.yaml');
    rejects('--node-file', 'gpu-1.yaml', ...kubelet);
    rejects('--node-file', 'gpu-1.yaml', '--api-server', 'https://10.0.0.1');
    rejects('--node-name', 'gpu-1', '--api-server', '10.0.0.1:6443');
    rejects('--node-name', 'gpu-1', '--pods-from', 'kubelet');
    rejects('--node-name', 'gpu-1', '--kubelet-host', '10.0.0.7');
    rejects('--node-name', 'gpu-1', ...kubelet, '--kubelet-insecure-tls', '--kubelet-ca', 'ca.crt');
  });

  it.each(['10.0.0.1:7655', '127.0.0.1:0'])('rejects plaintext for a coordinator at %s', (address) => {
    const given = ['--plaintext', '--node-file', 'a', '--coordinator', address];
    expect(() => agent(...given)).toThrow(/--coordinator .*; (remove|specify) .*\.$/);
  });

  it('rejects credentials in plaintext, and a client certificate without its key', () => {
    expect(() => agent('--node-file', 'a', '--plaintext', '--token-file', 't')).toThrow(
      /^--plaintext cannot be combined/,
    );
    expect(() => agent('--node-file', 'a', '--client-key', 'k')).toThrow(/must be specified together/);
  });
});

describe.each([coordinatorSettings, agentSettings])('the table of $program', ({ program, summary, settings }) => {
  it('has valid defaults', () => {
    const defaults = Object.entries(settings).filter(([, setting]) => 'default' in setting);
    expect(defaults.length).toBeGreaterThan(0);
    const invalid = defaults.filter(([, setting]) => parseValue(setting, String(setting.default)) === undefined);
    expect(invalid).toEqual([]);
  });

  it('has limits that are valid values', () => {
    const limits = Object.values<Setting>(settings).flatMap((setting) =>
      setting.type === 'duration' ? [setting.min ?? '0s', setting.max ?? '0s'] : [],
    );
    expect(limits.filter((limit) => parseDurationMs(limit) === undefined)).toEqual([]);
  });

  it('has a help text of at most 100 columns', () => {
    const lines = helpText({ program, summary, settings }).split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });
});
