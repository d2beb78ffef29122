/** How to reach an API server as a kubeconfig says, with every way to sign in that kubectl knows. */
import type { ApiServerAccess, ApiServerCredentials } from '../../shared/api-server/access.ts';
import { RollcallError } from '../../shared/errors.ts';

/**
 * The API server of the current context.
 * @throws RollcallError ARGUMENT_INVALID where the file cannot be read or names none.
 */
export async function kubeconfigAccess(path: string): Promise<ApiServerAccess> {
  // Here and not above: it takes 85 MiB and most of a second, and in a pod nobody needs it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw unusable(path, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw unusable(path, 'has no current context that names a cluster');
  return {
    url: cluster.server,
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
