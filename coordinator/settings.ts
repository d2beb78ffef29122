/** The coordinator's settings: every flag, its environment variable, its key in the settings file, and what it means. */
import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { defineSettings, type SettingsOf } from '../shared/settings/table.ts';
import { formatAddress, isLoopback } from '../shared/settings/values.ts';

export const coordinatorSettings = defineSettings({
  program: 'rollcall-coordinator',
  summary: 'decides where daemons belong, keeps every decision, and answers agents and the CLI',
  settings: {
    data: { type: 'path', placeholder: 'FOLDER', default: './data', help: 'folder of the journal; made where missing' },
    listen: {
      type: 'address',
      default: '127.0.0.1:7655',
      help: 'where agents and the CLI connect; loopback only, because nothing is encrypted yet',
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
  check({ listen, leaseMs, heartbeatMs }) {
    if (!isLoopback(listen)) {
      const exposed = `--listen ${formatAddress(listen)} would be open to other machines, and this version encrypts nothing`;
      return `${exposed}; use a loopback address such as 127.0.0.1:${listen.port}.`;
    }
    if (heartbeatMs * 2 >= leaseMs) {
      const limit = `--heartbeat (${heartbeatMs}ms) must be less than half of --lease (${leaseMs}ms)`;
      return `${limit}, so that one lost heartbeat makes no node absent; change one of the two.`;
    }
    return null;
  },
});

export type CoordinatorSettings = SettingsOf<typeof coordinatorSettings.settings>;
