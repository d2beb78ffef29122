/** Creates the observer from the settings: for a file or for a node in a cluster. */
import { type ApiServerAccess, folderAccess, httpsUrl, inClusterAccess } from '../../shared/api-server/access.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiServerPods } from './api-server-pods.ts';
import { ClusterObserver } from './cluster-observer.ts';
import type { NodeSettings } from './node-settings.ts';
import type { Observer } from './observer.ts';
import type { PodSource } from './pod-source.ts';

export interface OpenObserverOptions {
  readonly settings: NodeSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  /** User agent of requests to the API server. */
  readonly userAgent: string;
}

/**
 * Loads only what the settings require, because an agent takes memory on every node.
 * @throws RollcallError ARGUMENT_INVALID if no API server is specified and the agent does not run in a pod.
 */
export async function openObserver(options: OpenObserverOptions): Promise<Observer> {
  const { settings, clock, random, userAgent } = options;
  const { nodeFile, nodeName = '', podsFrom } = settings;
  if (nodeFile !== undefined) {
    const { FileObserver } = await import('./file-observer.ts');
    return new FileObserver({ path: nodeFile, clock });
  }
  const reader = new ApiServerReader({ access: apiServerAccess(options), clock, userAgent });
  const pods =
    podsFrom === 'kubelet' ? await kubeletPods(options) : new ApiServerPods({ reader, nodeName, clock, random });
  return new ClusterObserver({ nodeName, reader, pods, clock, random });
}

function apiServerAccess({ settings, environment, clock }: OpenObserverOptions): ApiServerAccess {
  const { apiServer, serviceAccount: folder } = settings;
  if (apiServer === undefined) return inClusterAccess({ environment, clock, folder, otherwise: '--api-server' });
  return folderAccess({ url: apiServer, folder, clock });
}

async function kubeletPods({ settings, clock, random, userAgent }: OpenObserverOptions): Promise<PodSource> {
  const { kubeletHost = '', kubeletPort, kubeletCa, kubeletInsecureTls, serviceAccount: folder } = settings;
  const access = folderAccess({
    url: httpsUrl(kubeletHost, kubeletPort),
    folder,
    clock,
    ...(kubeletCa !== undefined && { authority: { file: kubeletCa } }),
    ...(kubeletInsecureTls && { authority: 'unchecked' }),
  });
  const { KubeletPods } = await import('./kubelet-pods.ts');
  return new KubeletPods({ reader: new ApiServerReader({ access, clock, userAgent }), clock, random });
}
