/**
 * Locates the coordinator: at `--server`; otherwise in the cluster of `--context` or `--kubeconfig`; otherwise on this
 * machine, if a process listens there; otherwise in the cluster of the current context.
 */
import { connect } from 'node:net';
import { isLoopback, parseAddress } from '../../shared/settings/address.ts';
import type { Connection } from '../client/grpc-calls.ts';
import type { Io } from '../io.ts';
import { readMaterial, type SecurityOptions, securityOf } from './security.ts';
import type { Right } from './through-kubeconfig.ts';

/** The default listen address of `rollcall-coordinator`. */
export const DEFAULT_SERVER = '127.0.0.1:7655';

/** The global options that locate the coordinator. */
export interface ConnectOptions extends SecurityOptions {
  readonly server?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly coordinatorNamespace: string;
}

export interface Connected extends Pick<Connection, 'server' | 'security' | 'problem'> {
  close(): void;
}

/** @throws RollcallError, and UsageError for options that contradict each other */
export async function connectToCoordinator(options: ConnectOptions, right: Right, io: Io): Promise<Connected> {
  const { server, kubeconfig, context } = options;
  if (server !== undefined) return direct(server, options);
  const isNamed = kubeconfig !== undefined || context !== undefined;
  if (!isNamed && ((await isListening(DEFAULT_SERVER)) || !hasKubeconfig(io))) {
    return direct(DEFAULT_SERVER, options);
  }
  const { connectThroughKubeconfig } = await import('./through-kubeconfig.ts');
  const kubeconfigList = io.environment['KUBECONFIG'];
  const choice = {
    kubeconfig,
    kubeconfigList,
    context,
    namespace: options.coordinatorNamespace,
    given: readMaterial(options),
  };
  return connectThroughKubeconfig(choice, right, io.clock);
}

export function direct(server: string, options: SecurityOptions): Connected {
  return { server, security: securityOf(server, options), close: () => {} };
}

/** Without a kubeconfig, the error should mention this machine only. */
function hasKubeconfig({ environment, fileExists }: Io): boolean {
  const named = environment['KUBECONFIG'];
  if (named) return true;
  const home = environment['HOME'];
  return home !== undefined && fileExists(`${home}/.kube/config`);
}

/** Answers immediately, because the address is on this machine. */
function isListening(server: string): Promise<boolean> {
  const address = parseAddress(server);
  if (address === undefined || !isLoopback(address)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(address.port, address.host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
