/** The settings for the node of the agent and for the sources of the node and its pods. */
import type { SettingMap, SettingsOf } from '../../shared/settings/table.ts';

export const nodeSettings = {
  nodeFile: {
    type: 'path',
    placeholder: 'FILE',
    help: 'manifest file with the Node and its daemon pods; watched for changes',
  },
  nodeName: {
    type: 'string',
    placeholder: 'NAME',
    help: 'name of the node to observe through the API server; in a pod, use spec.nodeName of the downward API',
  },
  apiServer: {
    type: 'string',
    placeholder: 'URL',
    help: 'URL of the API server (default in a pod: the API server of its cluster)',
  },
  serviceAccount: {
    type: 'path',
    placeholder: 'FOLDER',
    default: '/var/run/secrets/kubernetes.io/serviceaccount',
    help: 'folder with the token and ca.crt for the API server and the kubelet; reloaded on change',
  },
  podsFrom: {
    type: 'choice',
    default: 'api-server',
    choices: ['api-server', 'kubelet'],
    help: 'source of the pods',
  },
  kubeletHost: {
    type: 'string',
    placeholder: 'HOST',
    help: 'address of the kubelet; in a pod, use status.hostIP of the downward API',
  },
  kubeletPort: { type: 'integer', default: 10250, min: 1, max: 65_535, help: 'HTTPS port of the kubelet' },
  kubeletCa: {
    type: 'path',
    placeholder: 'FILE',
    help: 'PEM file with the CA of the kubelet certificate (default: ca.crt of --service-account)',
  },
  kubeletInsecureTls: {
    type: 'boolean',
    default: false,
    help: 'do not verify the kubelet certificate; an attacker could then obtain the token',
  },
} as const satisfies SettingMap;

export type NodeSettings = SettingsOf<typeof nodeSettings>;

/** Returns one sentence that says what to change, or null. */
export function checkNodeSettings(settings: NodeSettings): string | null {
  const { nodeFile, nodeName, apiServer, podsFrom, kubeletHost, kubeletCa, kubeletInsecureTls } = settings;
  if ((nodeFile === undefined) === (nodeName === undefined)) {
    return 'Specify either --node-name NAME or --node-file FILE.';
  }
  if (nodeFile !== undefined && (apiServer !== undefined || podsFrom === 'kubelet')) {
    return '--node-file cannot be combined with --api-server or --pods-from kubelet; remove them.';
  }
  if (apiServer !== undefined && !/^https:\/\/[^/]/.test(apiServer)) {
    return `--api-server ${apiServer} is not a valid URL; it must begin with https://.`;
  }
  if ((podsFrom === 'kubelet') !== (kubeletHost !== undefined)) {
    return '--pods-from kubelet and --kubelet-host HOST must be specified together.';
  }
  if (kubeletCa !== undefined && kubeletInsecureTls) {
    return '--kubelet-insecure-tls cannot be combined with --kubelet-ca; remove one of them.';
  }
  return null;
}
