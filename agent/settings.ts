/** The agent's settings: every flag, its environment variable, its key in the settings file, and what it means. */
import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { defineSettings } from '../shared/settings/table.ts';
import { formatAddress, isLoopback } from '../shared/settings/values.ts';

export const agentSettings = defineSettings({
  program: 'rollcall-agent',
  summary: 'answers the roll for one node: reports its facts and daemon pods, and never changes anything',
  settings: {
    nodeFile: {
      type: 'path',
      placeholder: 'FILE',
      required: true,
      help: 'manifest of the node, followed by its daemon pods; watched for changes',
    },
    coordinator: { type: 'address', default: '127.0.0.1:7655', help: 'where the coordinator listens' },
    state: {
      type: 'path',
      placeholder: 'FOLDER',
      help: 'folder that keeps assignments and the newest reports over a restart; without it they live in memory',
    },
    ...operationsSettings,
    ...logSettings,
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
  check({ coordinator }) {
    const flag = `--coordinator ${formatAddress(coordinator)}`;
    if (coordinator.port === 0)
      return `${flag} has no port to connect to; name the port of the coordinator's --listen.`;
    if (isLoopback(coordinator)) return null;
    return `${flag} is on another machine, and this version encrypts nothing; use a loopback address.`;
  },
});
