/** The settings of the coordinator: one row per flag, which also defines its environment variable, file key and documentation. */

import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { type Address, formatAddress, isLoopback } from '../shared/settings/address.ts';
import { defineSettings, type SettingsOf } from '../shared/settings/table.ts';
import { JOURNAL_LIMITS, RETAIN_BYTES_MIN } from './journal/base/limits.ts';

export const coordinatorSettings = defineSettings({
  program: 'rollcall-coordinator',
  summary: 'decides where daemon pods belong, records every decision, and serves agents and the CLI',
  settings: {
    data: { type: 'path', placeholder: 'FOLDER', default: './data', help: 'folder of the journal; created if missing' },
    retain: {
      type: 'duration',
      help: 'how long to keep history, for example 90d; if unset, limited only by --retain-bytes',
    },
    retainBytes: { type: 'bytes', help: 'maximum size of the journal, for example 5GiB; older history is pruned' },
    headInterval: {
      type: 'duration',
      default: '1h',
      min: '1s',
      max: '30d',
      help: 'interval at which the revision and hash of the newest event are written to the log',
    },
    listen: { type: 'address', default: '127.0.0.1:7655', help: 'address for agents and the CLI' },
    tlsCertificate: {
      type: 'path',
      placeholder: 'FILE',
      help: 'TLS certificate of the coordinator with its chain, PEM; reloaded when it changes',
    },
    tlsKey: { type: 'path', placeholder: 'FILE', help: 'private key of --tls-certificate, PEM' },
    tlsClientCa: {
      type: 'path',
      placeholder: 'FILE',
      help: 'CA certificates that verify client certificates, PEM; if unset, client certificates are not requested',
    },
    tlsClientCrl: {
      type: 'path',
      placeholder: 'FILE',
      help: 'certificate revocation lists, PEM; requires a current list for each CA in --tls-client-ca',
    },
    plaintext: {
      type: 'boolean',
      default: false,
      help: 'disable TLS and authentication; allowed only on a loopback address, for evaluation',
    },
    cluster: {
      type: 'choice',
      choices: ['files', 'api-server'],
      default: 'files',
      help: 'source of DaemonSets and nodes: the files of --daemonsets and --nodes, or the Kubernetes API server',
    },
    kubeconfig: {
      type: 'path',
      placeholder: 'FILE',
      help: 'kubeconfig file for --cluster api-server; defaults to the in-cluster configuration of the pod',
    },
    namespace: {
      type: 'string',
      placeholder: 'NAME',
      default: 'rollcall',
      help: 'namespace of the Lease and of the ServiceAccount of the agents',
    },
    agentServiceAccount: {
      type: 'string',
      placeholder: 'NAME',
      default: 'rollcall-agent',
      help: 'name of the only ServiceAccount whose tokens authenticate agents',
    },
    leaderElection: {
      type: 'boolean',
      default: false,
      help: 'open the journal and decide only while holding the Lease rollcall-coordinator; otherwise stand by',
    },
    own: {
      type: 'boolean',
      default: false,
      help: 'create and recycle daemon pods instead of the built-in DaemonSet controller, which must be switched off',
    },
    dryRun: {
      type: 'boolean',
      default: false,
      help: 'with --own, record every write that would be sent to the cluster, and send none',
    },
    ownExcludeNamespaces: {
      type: 'string',
      placeholder: 'NAMES',
      help: 'with --own, namespaces whose DaemonSets are left alone, separated by commas',
    },
    ownWritesPerSecond: {
      type: 'integer',
      default: 50,
      min: 1,
      max: 100_000,
      help: 'with --own, average number of pods created or deleted per second',
    },
    ownWriteBurst: {
      type: 'integer',
      default: 250,
      min: 1,
      max: 100_000,
      help: 'with --own, number of pods created or deleted at once after a quiet time',
    },
    daemonsets: { type: 'path', help: 'file or folder of DaemonSet manifests, watched for changes' },
    nodes: {
      type: 'path',
      help: 'file or folder of Node manifests, watched for changes; if unset, the nodes are those whose agents report',
    },
    lease: {
      type: 'duration',
      default: '40s',
      min: '100ms',
      max: '1d',
      help: 'time without a message after which an agent is absent',
    },
    heartbeat: {
      type: 'duration',
      default: '10s',
      min: '20ms',
      max: '12h',
      help: 'interval at which an idle agent sends a heartbeat',
    },
    startGrace: {
      type: 'duration',
      default: '60s',
      max: '1d',
      help: 'time after startup during which agents known from the journal are not marked absent',
    },
    ...operationsSettings,
    reflection: { type: 'boolean', default: true, help: 'enable gRPC server reflection' },
    ...logSettings,
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
  check({ leaseMs, heartbeatMs, ...settings }) {
    const problem =
      listeningProblem(settings) ?? clusterProblem(settings) ?? owningProblem(settings) ?? retentionProblem(settings);
    if (problem !== null) return problem;
    if (heartbeatMs * 2 >= leaseMs) {
      const limit = `--heartbeat (${heartbeatMs}ms) must be less than half of --lease (${leaseMs}ms)`;
      return `${limit}, so that one lost heartbeat does not mark a node absent; change one of the two.`;
    }
    return null;
  },
});

interface Listening {
  readonly listen: Address;
  readonly plaintext: boolean;
  readonly tlsCertificate: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsClientCa: string | undefined;
  readonly tlsClientCrl: string | undefined;
  readonly cluster: 'files' | 'api-server';
}

/** Requires TLS and authentication, or `--plaintext` on a loopback address. */
function listeningProblem(settings: Listening): string | null {
  const { listen, plaintext, tlsCertificate, tlsKey, tlsClientCa, tlsClientCrl } = settings;
  if (plaintext) {
    if ([tlsCertificate, tlsKey, tlsClientCa, tlsClientCrl].some((path) => path !== undefined)) {
      return '--plaintext and the --tls flags are mutually exclusive; use only one of them.';
    }
    if (isLoopback(listen)) return null;
    const exposed = `--plaintext is not allowed with --listen ${formatAddress(listen)}, which other machines can reach`;
    return `${exposed}; use a loopback address such as 127.0.0.1:${listen.port}, or set --tls-certificate and --tls-key.`;
  }
  if (tlsCertificate === undefined || tlsKey === undefined) {
    return 'TLS requires both --tls-certificate and --tls-key; for evaluation on this machine, use --plaintext.';
  }
  if (tlsClientCa === undefined && settings.cluster === 'files') {
    return 'No caller could authenticate; set --tls-client-ca for client certificates, or --cluster api-server for tokens.';
  }
  if (tlsClientCrl !== undefined && tlsClientCa === undefined) {
    return '--tls-client-crl requires --tls-client-ca; set both.';
  }
  return null;
}

interface ClusterSettings {
  readonly cluster: 'files' | 'api-server';
  readonly kubeconfig: string | undefined;
  readonly daemonsets: string | undefined;
  readonly nodes: string | undefined;
  readonly leaderElection: boolean;
}

/** Rejects flags that the selected source does not use. */
function clusterProblem({ cluster, kubeconfig, daemonsets, nodes, leaderElection }: ClusterSettings): string | null {
  if (leaderElection && cluster === 'files') {
    return '--leader-election requires the API server, which stores the Lease; set --cluster api-server.';
  }
  if (cluster === 'api-server' && (daemonsets !== undefined || nodes !== undefined)) {
    const extra = daemonsets !== undefined ? '--daemonsets' : '--nodes';
    return `${extra} cannot be used with --cluster api-server; remove one of the two.`;
  }
  if (cluster === 'files' && kubeconfig !== undefined) {
    return '--kubeconfig requires --cluster api-server; set that, or remove --kubeconfig.';
  }
  return null;
}

interface OwningSettings {
  readonly own: boolean;
  readonly dryRun: boolean;
  readonly leaderElection: boolean;
  readonly ownExcludeNamespaces: string | undefined;
}

/** Requires the Lease, which fences every write (docs/decisions/0012). */
function owningProblem({ own, dryRun, leaderElection, ownExcludeNamespaces }: OwningSettings): string | null {
  if (own && !leaderElection) {
    return '--own requires --leader-election, so that only one coordinator writes to the cluster; set both.';
  }
  if (!own && dryRun) return '--dry-run requires --own; set both, or remove --dry-run.';
  if (!own && ownExcludeNamespaces !== undefined) {
    return '--own-exclude-namespaces requires --own; set both, or remove --own-exclude-namespaces.';
  }
  const invalid = excludedNamespaces(ownExcludeNamespaces).find((name) => !isNamespaceName(name));
  if (invalid === undefined) return null;
  return `--own-exclude-namespaces contains ${JSON.stringify(invalid)}, which is not the name of a namespace; separate names by commas.`;
}

/** The names in `--own-exclude-namespaces`. */
export function excludedNamespaces(names: string | undefined): readonly string[] {
  return names === undefined ? [] : names.split(',').map((name) => name.trim());
}

/** An RFC 1123 label. */
function isNamespaceName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
}

interface RetentionSettings {
  readonly retainMs: number | undefined;
  readonly retainBytes: number | undefined;
}

function retentionProblem({ retainMs, retainBytes }: RetentionSettings): string | null {
  if (retainMs === 0)
    return '--retain 0 would keep no history; set a duration such as 90d, or leave it unset to keep everything.';
  if (retainBytes === undefined || retainBytes >= RETAIN_BYTES_MIN.bytes) return null;
  const rows = JOURNAL_LIMITS.retainedRowsMin.toLocaleString('en');
  return (
    `--retain-bytes must be at least ${RETAIN_BYTES_MIN.text}, because the newest ${rows} events are never pruned; ` +
    'set a size such as 5GiB, or leave it unset to keep everything.'
  );
}

export type CoordinatorSettings = SettingsOf<typeof coordinatorSettings.settings>;
