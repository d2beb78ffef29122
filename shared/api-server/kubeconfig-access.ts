/** How to reach an API server as a kubeconfig says, with every way to sign in that kubectl knows. */
import type { KubeConfig } from '@kubernetes/client-node';
import { RollcallError } from '../errors.ts';
import type { ApiServerAccess, ApiServerCredentials } from './access.ts';

/** Which context of which file; the current one, of the file that kubectl would read, where it is not said. */
export interface KubeconfigChoice {
  readonly path?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * The API server of a context.
 * @throws RollcallError ARGUMENT_INVALID where the file cannot be read, or has no such context.
 */
export async function kubeconfigAccess(choice: KubeconfigChoice): Promise<ApiServerAccess> {
  return accessOf(await loadKubeconfig(choice));
}

/** What the library assumes where there is no file, as kubectl once did. */
const SERVER_WITHOUT_FILE = 'http://localhost:8080';

/** @throws RollcallError ARGUMENT_INVALID */
export async function loadKubeconfig({ path, context }: KubeconfigChoice): Promise<KubeConfig> {
  // Here and not above: it takes 85 MiB and most of a second, and in a pod nobody needs it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const name = path ?? 'the kubeconfig';
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw unusable(name, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  if (path === undefined && config.getCurrentCluster()?.server === SERVER_WITHOUT_FILE) {
    throw unusable(name, 'does not exist');
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.getContexts().map((one) => one.name);
      throw unusable(name, `has no context ${context}; it has ${known.join(', ') || 'none'}`);
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) throw unusable(name, 'has no current context that names a cluster');
  return config;
}

export function accessOf(config: KubeConfig): ApiServerAccess {
  return {
    url: config.getCurrentCluster()?.server ?? '',
    async credentials(): Promise<ApiServerCredentials> {
      const options: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
      await config.applyToHTTPSOptions(options);
      const { headers, ca, cert, key, servername, rejectUnauthorized } = options;
      const authorization = (headers as Record<string, unknown> | undefined)?.['Authorization'];
      return {
        ...(typeof authorization === 'string' && { authorization }),
        ...(ca !== undefined && { ca: ca as Buffer }),
        ...(cert !== undefined && { cert: cert as Buffer }),
        ...(key !== undefined && { key: key as Buffer }),
        ...(servername !== undefined && { servername }),
        ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
      };
    },
  };
}

function unusable(path: string, why: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', `${path} ${why}; name a kubeconfig that kubectl can use.`);
}
