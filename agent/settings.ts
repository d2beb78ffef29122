/** The settings of the agent: flags, environment variables, keys of the settings file, and descriptions. */
import { logSettings } from '../shared/logging.ts';
import { operationsSettings } from '../shared/operations/operations-server.ts';
import { formatAddress, isLoopback } from '../shared/settings/address.ts';
import { defineSettings, type SettingsOf } from '../shared/settings/table.ts';

import { checkNodeSettings, nodeSettings } from './observe/node-settings.ts';

export const agentSettings = defineSettings({
  program: 'rollcall-agent',
  summary: 'reports the facts and daemon pods of one node to the coordinator, and writes nothing to the cluster',
  settings: {
    ...nodeSettings,
    coordinator: { type: 'address', default: '127.0.0.1:7655', help: 'address of the coordinator' },
    coordinatorCa: {
      type: 'path',
      placeholder: 'FILE',
      help: 'PEM file with the CA of the coordinator certificate (default: the CAs of Node.js)',
    },
    coordinatorName: {
      type: 'string',
      placeholder: 'NAME',
      help: 'server name in the coordinator certificate (default: the host of --coordinator)',
    },
    tokenFile: {
      type: 'path',
      placeholder: 'FILE',
      help: 'file with a bearer token that authenticates this agent, such as a projected ServiceAccount token',
    },
    clientCertificate: {
      type: 'path',
      placeholder: 'FILE',
      help: 'PEM file with a client certificate that authenticates this agent',
    },
    clientKey: { type: 'path', placeholder: 'FILE', help: 'PEM file with the private key of the client certificate' },
    plaintext: {
      type: 'boolean',
      default: false,
      help: 'disable TLS, for testing; loopback addresses only',
    },
    state: {
      type: 'path',
      placeholder: 'FOLDER',
      help: 'folder in which to persist assignments and reports across restarts (default: in memory only)',
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
    if (coordinator.port === 0) return `${flag} has no port; specify the port of the coordinator's --listen.`;
    if ((clientCertificate === undefined) !== (clientKey === undefined)) {
      return '--client-certificate and --client-key must be specified together.';
    }
    if (!plaintext) return null;
    if ([coordinatorCa, tokenFile, clientCertificate].some((path) => path !== undefined)) {
      return '--plaintext cannot be combined with --coordinator-ca, --token-file or --client-certificate; remove one of them.';
    }
    if (isLoopback(coordinator)) return null;
    return `--plaintext requires a loopback address, but ${flag} is not one; remove --plaintext.`;
  },
});

export type AgentSettings = SettingsOf<typeof agentSettings.settings>;
