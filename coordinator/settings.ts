/** The coordinator's settings: every flag, its environment variable, its key in the settings file, and what it means. */

import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { type Address, formatAddress, isLoopback } from '../shared/settings/address.ts';
import { defineSettings, type SettingsOf } from '../shared/settings/table.ts';
import { JOURNAL_LIMITS, RETAIN_BYTES_MIN } from './journal/limits.ts';

export const coordinatorSettings = defineSettings({
  program: 'rollcall-coordinator',
  summary: 'decides where daemons belong, keeps every decision, and answers agents and the CLI',
  settings: {
    data: { type: 'path', placeholder: 'FOLDER', default: './data', help: 'folder of the journal; made where missing' },
    retain: {
      type: 'duration',
      help: 'how long history is kept, such as 90d; without it, as long as --retain-bytes allows, or for ever',
    },
    retainBytes: { type: 'bytes', help: 'how large the journal may grow before its oldest history goes, such as 5GiB' },
    headInterval: {
      type: 'duration',
      default: '1h',
      min: '1s',
      max: '30d',
      help: "how often the journal's newest row and its hash are published in the log",
    },
    listen: { type: 'address', default: '127.0.0.1:7655', help: 'where agents and the CLI connect' },
    tlsCertificate: {
      type: 'path',
      placeholder: 'FILE',
      help: 'certificate of the coordinator and its chain, PEM; read again when it changes',
    },
    tlsKey: { type: 'path', placeholder: 'FILE', help: 'key of the certificate, PEM' },
    tlsClientCa: {
      type: 'path',
      placeholder: 'FILE',
      help: 'CAs whose client certificates count as proof of identity, PEM; without it none is asked for',
    },
    tlsClientCrl: {
      type: 'path',
      placeholder: 'FILE',
      help: 'revoked client certificates, PEM: a current list of each of these CAs',
    },
    plaintext: {
      type: 'boolean',
      default: false,
      help: 'encrypt nothing and ask nobody who they are, to try things out; on a loopback address only',
    },
    cluster: {
      type: 'choice',
      choices: ['files', 'api-server'],
      default: 'files',
      help: 'where DaemonSets and the roll come from: --daemonsets and --nodes, or the Kubernetes API server',
    },
    kubeconfig: {
      type: 'path',
      placeholder: 'FILE',
      help: 'with --cluster api-server: how to reach it from outside; without it, as a pod does',
    },
    namespace: {
      type: 'string',
      placeholder: 'NAME',
      default: 'rollcall',
      help: "Rollcall's own namespace in the cluster, with its Lease and the ServiceAccount of its agents",
    },
    agentServiceAccount: {
      type: 'string',
      placeholder: 'NAME',
      default: 'rollcall-agent',
      help: 'the one ServiceAccount whose tokens are those of agents',
    },
    leaderElection: {
      type: 'boolean',
      default: false,
      help: 'open the journal and decide only while holding the Lease rollcall-coordinator; stand by else',
    },
    daemonsets: { type: 'path', help: 'file or folder of DaemonSet manifests, watched for changes' },
    nodes: { type: 'path', help: 'file or folder of Node manifests: the roll; without it, agents make the roll' },
    lease: { type: 'duration', default: '40s', min: '100ms', max: '1d', help: 'silence after which a node is absent' },
    heartbeat: { type: 'duration', default: '10s', min: '20ms', max: '12h', help: 'how often an idle agent speaks' },
    startGrace: {
      type: 'duration',
      default: '60s',
      max: '1d',
      help: 'how long after a start no node that the journal knows is called absent',
    },
    ...operationsSettings,
    reflection: { type: 'boolean', default: true, help: 'describe the services to gRPC tools' },
    ...logSettings,
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
  check({ leaseMs, heartbeatMs, ...settings }) {
    const problem = listeningProblem(settings) ?? clusterProblem(settings) ?? retentionProblem(settings);
    if (problem !== null) return problem;
    if (heartbeatMs * 2 >= leaseMs) {
      const limit = `--heartbeat (${heartbeatMs}ms) must be less than half of --lease (${leaseMs}ms)`;
      return `${limit}, so that one lost heartbeat makes no node absent; change one of the two.`;
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

/** Encrypted and asking who is there, or expressly neither and then for this machine alone. */
function listeningProblem(settings: Listening): string | null {
  const { listen, plaintext, tlsCertificate, tlsKey, tlsClientCa, tlsClientCrl } = settings;
  if (plaintext) {
    if ([tlsCertificate, tlsKey, tlsClientCa, tlsClientCrl].some((path) => path !== undefined)) {
      return '--plaintext and --tls-... contradict each other; give only the one that is meant.';
    }
    if (isLoopback(listen)) return null;
    const exposed = `--listen ${formatAddress(listen)} would be open to other machines, and --plaintext encrypts nothing`;
    return `${exposed}; use a loopback address such as 127.0.0.1:${listen.port}, or give --tls-certificate and --tls-key.`;
  }
  if (tlsCertificate === undefined || tlsKey === undefined) {
    return 'TLS needs both --tls-certificate and --tls-key; to try things out on this machine alone, give --plaintext.';
  }
  if (tlsClientCa === undefined && settings.cluster === 'files') {
    return 'Nobody could prove who they are; give --tls-client-ca for client certificates, or --cluster api-server for tokens.';
  }
  if (tlsClientCrl !== undefined && tlsClientCa === undefined) {
    return '--tls-client-crl revokes certificates of the CAs of --tls-client-ca; give that too.';
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

/** One source of the cluster, and nothing given that it would not read. */
function clusterProblem({ cluster, kubeconfig, daemonsets, nodes, leaderElection }: ClusterSettings): string | null {
  if (leaderElection && cluster === 'files') {
    return '--leader-election needs the API server, which keeps the Lease; add --cluster api-server.';
  }
  if (cluster === 'api-server' && (daemonsets !== undefined || nodes !== undefined)) {
    const extra = daemonsets !== undefined ? '--daemonsets' : '--nodes';
    return `--cluster api-server reads DaemonSets and nodes from the API server; leave out ${extra}, or --cluster.`;
  }
  if (cluster === 'files' && kubeconfig !== undefined) {
    return '--kubeconfig is read with --cluster api-server only; add that, or leave out --kubeconfig.';
  }
  return null;
}

interface RetentionSettings {
  readonly retainMs: number | undefined;
  readonly retainBytes: number | undefined;
}

function retentionProblem({ retainMs, retainBytes }: RetentionSettings): string | null {
  if (retainMs === 0)
    return '--retain 0 would keep no history at all; name a time such as 90d, or leave it out to keep all.';
  if (retainBytes === undefined || retainBytes >= RETAIN_BYTES_MIN.bytes) return null;
  const rows = JOURNAL_LIMITS.retainedRowsMin.toLocaleString('en');
  return (
    `--retain-bytes must be at least ${RETAIN_BYTES_MIN.text}, because the newest ${rows} rows always stay; ` +
    'name a size such as 5GiB, or leave it out to keep all.'
  );
}

export type CoordinatorSettings = SettingsOf<typeof coordinatorSettings.settings>;
