/** The settings that say which node an agent answers for, and where it sees that node and its pods. */
import type { SettingMap, SettingsOf } from '../../shared/settings/table.ts';

export const nodeSettings = {
  nodeFile: {
    type: 'path',
    placeholder: 'FILE',
    help: 'manifest of the node, followed by its daemon pods; watched for changes',
  },
  nodeName: {
    type: 'string',
    placeholder: 'NAME',
    help: 'name of the node in a cluster, observed through the API server; in a pod, spec.nodeName of the downward API',
  },
  apiServer: {
    type: 'string',
    placeholder: 'URL',
    help: 'the API server; in a pod, the one of its cluster',
  },
  serviceAccount: {
    type: 'path',
    placeholder: 'FOLDER',
    default: '/var/run/secrets/kubernetes.io/serviceaccount',
    help: 'folder with the token for the API server and the kubelet, and the authority ca.crt; read again as they change',
  },
  podsFrom: {
    type: 'choice',
    default: 'api-server',
    choices: ['api-server', 'kubelet'],
    help: "where the node's pods are seen: the API server, or the node's own kubelet",
  },
  kubeletHost: {
    type: 'string',
    placeholder: 'HOST',
    help: 'address of the kubelet; in a pod, status.hostIP of the downward API',
  },
  kubeletPort: { type: 'integer', default: 10250, min: 1, max: 65_535, help: 'HTTPS port of the kubelet' },
  kubeletCa: {
    type: 'path',
    placeholder: 'FILE',
    help: "authority of the kubelet's certificate, PEM; by default ca.crt of --service-account",
  },
  kubeletInsecureTls: {
    type: 'boolean',
    default: false,
    help: 'trust any certificate of the kubelet, also a self-signed one; whoever answers there gets the token',
  },
} as const satisfies SettingMap;

export type NodeSettings = SettingsOf<typeof nodeSettings>;

/** One sentence that says what to change, or null. */
export function checkNodeSettings(settings: NodeSettings): string | null {
  const { nodeFile, nodeName, apiServer, podsFrom, kubeletHost, kubeletCa, kubeletInsecureTls } = settings;
  if ((nodeFile === undefined) === (nodeName === undefined)) {
    return 'An agent answers for one node: give either --node-name NAME in a cluster, or --node-file FILE.';
  }
  if (nodeFile !== undefined && (apiServer !== undefined || podsFrom === 'kubelet')) {
    return '--node-file holds the node and its pods; leave --api-server and --pods-from kubelet out.';
  }
  if (apiServer !== undefined && !/^https:\/\/[^/]/.test(apiServer)) {
    return `--api-server ${apiServer} is no URL that begins with https://; correct it.`;
  }
  if ((podsFrom === 'kubelet') !== (kubeletHost !== undefined)) {
    return '--pods-from kubelet and --kubelet-host HOST belong together; give both or neither.';
  }
  if (kubeletCa !== undefined && kubeletInsecureTls) {
    return '--kubelet-insecure-tls trusts any certificate, so --kubelet-ca would be of no use; leave one out.';
  }
  return null;
}
