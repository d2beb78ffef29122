/** How to reach an API server as a kubeconfig says, with every way to sign in that kubectl knows. */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { RollcallError } from '../errors.ts';
import type { ApiServerAccess, ApiServerCredentials } from './access.ts';

/** Which context of which file; the current one, of the files that kubectl would read, where it is not said. */
export interface KubeconfigChoice {
  readonly path?: string | undefined;
  /** What KUBECONFIG lists, where no path is named; those that do not exist are passed over. */
  readonly list?: string | undefined;
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
export async function loadKubeconfig({ path, list, context }: KubeconfigChoice): Promise<KubeConfig> {
  // Here and not above: it takes 85 MiB and most of a second, and in a pod nobody needs it.
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

/** The files of such a list; none where it lists none. @throws RollcallError where it does, and none of them exists */
function existing(list = ''): string[] {
  const listed = list.split(delimiter).filter((path) => path !== '');
  const paths = listed.filter((path) => existsSync(path));
  if (listed.length > 0 && paths.length === 0) throw unusable(`KUBECONFIG=${list}`, 'lists no existing file');
  return paths;
}

/** Reads the file, or the one of the home folder. @throws RollcallError ARGUMENT_INVALID */
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

/** As kubectl does it: whichever file says something first counts. */
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
