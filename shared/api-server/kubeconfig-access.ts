/** The address of an API server and the credentials for it from a kubeconfig. Supports every authentication method of kubectl. */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { RollcallError } from '../errors.ts';
import type { ApiServerAccess, ApiServerCredentials } from './access.ts';

/** The kubeconfig file and context. By default, the files that kubectl reads and their current context. */
export interface KubeconfigChoice {
  readonly path?: string | undefined;
  /** The value of KUBECONFIG, used if there is no path. Files that do not exist are skipped. */
  readonly list?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * The API server of a context.
 * @throws RollcallError ARGUMENT_INVALID if the file cannot be read or does not contain the context.
 */
export async function kubeconfigAccess(choice: KubeconfigChoice): Promise<ApiServerAccess> {
  return accessOf(await loadKubeconfig(choice));
}

/** The default of the library if there is no file, as in old versions of kubectl. */
const SERVER_WITHOUT_FILE = 'http://localhost:8080';

/** @throws RollcallError ARGUMENT_INVALID */
export async function loadKubeconfig({ path, list, context }: KubeconfigChoice): Promise<KubeConfig> {
  // Imported on demand, because the library takes 85 MiB and almost a second, and programs in a pod do not need it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const paths = path === undefined ? existing(list) : [path];
  const name = paths.join(delimiter) || 'the kubeconfig';
  const config = new KubeConfig();
  if (paths.length > 0)
    merge(
      paths.map((one) => load(new KubeConfig(), one)),
      config,
    );
  else if (load(config).getCurrentCluster()?.server === SERVER_WITHOUT_FILE) throw unusable(name, 'does not exist');
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

/** The files of the list that exist. @throws RollcallError if the list contains files but none of them exists. */
function existing(list = ''): string[] {
  const listed = list.split(delimiter).filter((path) => path !== '');
  const paths = listed.filter((path) => existsSync(path));
  if (listed.length > 0 && paths.length === 0) throw unusable(`KUBECONFIG=${list}`, 'lists no existing file');
  return paths;
}

/** Reads the file, by default the one in the home folder. @throws RollcallError ARGUMENT_INVALID */
function load(config: KubeConfig, path?: string): KubeConfig {
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
    return config;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw unusable(path ?? 'the kubeconfig', `cannot be read (${why})`);
  }
}

/** Merges files as kubectl does: the first file that sets a value wins. */
function merge(files: readonly KubeConfig[], into: KubeConfig): void {
  into.loadFromOptions({
    clusters: firstOfEachName(files.flatMap((file) => file.getClusters())),
    users: firstOfEachName(files.flatMap((file) => file.getUsers())),
    contexts: firstOfEachName(files.flatMap((file) => file.getContexts())),
    currentContext: files.map((file) => file.getCurrentContext()).find((name) => name !== undefined && name !== ''),
  });
}

function firstOfEachName<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  return all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index);
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
  return new RollcallError('ARGUMENT_INVALID', `${path} ${why}; specify a valid kubeconfig.`);
}
