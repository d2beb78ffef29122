/** The agent's settings: every flag, its environment variable, its key in the settings file, and what it means. */
import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { formatAddress, isLoopback } from '../shared/settings/address.ts';
import { defineSettings, type SettingsOf } from '../shared/settings/table.ts';

import { checkNodeSettings, nodeSettings } from './observe/node-settings.ts';

export const agentSettings = defineSettings({
  program: 'rollcall-agent',
  summary: 'answers the roll for one node: reports its facts and daemon pods, and never changes anything',
  settings: {
    ...nodeSettings,
    coordinator: { type: 'address', default: '127.0.0.1:7655', help: 'where the coordinator listens' },
    coordinatorCa: {
      type: 'path',
      placeholder: 'FILE',
      help: "CA of the coordinator's certificate, PEM; by default the CAs that Node knows",
    },
    coordinatorName: {
      type: 'string',
      placeholder: 'NAME',
      help: "name in the coordinator's certificate, where it is not the host of --coordinator",
    },
    tokenFile: {
      type: 'path',
      placeholder: 'FILE',
      help: 'bearer token that proves who this agent is, such as a projected ServiceAccount token',
    },
    clientCertificate: {
      type: 'path',
      placeholder: 'FILE',
      help: 'client certificate that proves who this agent is, PEM',
    },
    clientKey: { type: 'path', placeholder: 'FILE', help: 'key of the client certificate, PEM' },
    plaintext: {
      type: 'boolean',
      default: false,
      help: 'encrypt nothing, to try things out; to a loopback address only',
    },
    state: {
      type: 'path',
      placeholder: 'FOLDER',
      help: 'folder that keeps assignments and the newest reports over a restart; without it they live in memory',
    },
    ...operationsSettings,
    ...logSettings,
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
  check(settings) {
    const { coordinator, plaintext, clientCertificate, clientKey, tokenFile, coordinatorCa } = settings;
    const wrong = checkNodeSettings(settings);
    if (wrong !== null) return wrong;
    const flag = `--coordinator ${formatAddress(coordinator)}`;
    if (coordinator.port === 0)
      return `${flag} has no port to connect to; name the port of the coordinator's --listen.`;
    if ((clientCertificate === undefined) !== (clientKey === undefined)) {
      return '--client-certificate and --client-key belong together; give both or neither.';
    }
    if (!plaintext) return null;
    if ([coordinatorCa, tokenFile, clientCertificate].some((path) => path !== undefined)) {
      return '--plaintext encrypts nothing, so a CA, token or client certificate would be of no use; leave one out.';
    }
    if (isLoopback(coordinator)) return null;
    return `${flag} is on another machine, and --plaintext encrypts nothing; leave --plaintext out.`;
  },
});

export type AgentSettings = SettingsOf<typeof agentSettings.settings>;
