/**
 * Finds the coordinator of a cluster through the user's own rights at its API server: the pod that leads, the CA of its
 * certificate, and a short-lived token of a ServiceAccount that may ask (deploy/kustomize/base/users.yaml).
 */
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { accessOf, loadKubeconfig } from '../../shared/api-server/kubeconfig-access.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { type ChannelSecurity, type TlsMaterial, tlsSecurity } from '../../shared/rpc/channel-security.ts';
import { VERSION } from '../../shared/version.ts';
import { openTunnel, type Tunnel } from './tunnel.ts';

/** What a command asks the coordinator for. */
export type Right = 'read' | 'plan' | 'administer';

export interface ClusterChoice {
  /** The file; those that kubectl would read where it is not set. */
  readonly kubeconfig?: string | undefined;
  /** The environment variable KUBECONFIG. */
  readonly kubeconfigList?: string | undefined;
  /** A context of the kubeconfig; the current one where it is not set. */
  readonly context?: string | undefined;
  readonly namespace: string;
  /** What the user names of it counts; the rest is found in the cluster. */
  readonly given: TlsMaterial;
}

export interface CoordinatorInCluster {
  readonly tunnel: Tunnel;
  readonly security: ChannelSecurity;
}

/** Names of deploy/. */
const SERVICE = 'rollcall-coordinator';
const CA_CONFIG_MAP = 'rollcall-coordinator-ca';
const SELECTOR = 'app.kubernetes.io/name=rollcall,app.kubernetes.io/component=coordinator';
const PORT_NAME = 'grpc';
const AUDIENCE = 'rollcall';
const TOKEN_SECONDS = 3_600;

/** The least that suffices comes first; whoever may not be it may be one that is more. */
const ACCOUNTS: Readonly<Record<Right, readonly string[]>> = {
  read: ['rollcall-viewer', 'rollcall-planner', 'rollcall-admin'],
  plan: ['rollcall-planner', 'rollcall-admin'],
  administer: ['rollcall-admin'],
};

/** @throws RollcallError where there is none, it is not ready, or the user may not */
export async function reachCoordinatorInCluster(
  choice: ClusterChoice,
  right: Right,
  clock: Clock,
): Promise<CoordinatorInCluster> {
  const { namespace, given } = choice;
  const config = await loadKubeconfig({
    path: choice.kubeconfig,
    list: choice.kubeconfigList,
    context: choice.context,
  });
  const apiServer = new ApiServerClient({ access: accessOf(config), clock, userAgent: `rollcall/${VERSION}` });
  const [pod, ca, token] = await allInOrder([
    readyPod(apiServer, namespace),
    given.ca ?? authority(apiServer, namespace),
    // Whoever brings a proof needs none of the cluster.
    given.token ?? (given.clientCertificate === null ? tokenFor(apiServer, namespace, right) : null),
  ]);
  const tunnel = await openTunnel(config, { namespace, ...pod });
  return { tunnel, security: tlsSecurity({ ...given, ca, token }, `${SERVICE}.${namespace}.svc`) };
}

/** As Promise.all; of several that fail, the first in order is told: in a wrong namespace, that no coordinator runs there. */
async function allInOrder<Values extends readonly unknown[]>(asked: readonly [...Values]) {
  await Promise.allSettled(asked);
  return Promise.all(asked);
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A standby is not ready, so the one that is leads. */
async function readyPod(apiServer: ApiServerClient, namespace: string): Promise<{ pod: string; port: number }> {
  const list = await apiServer.get(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: SELECTOR });
  const pods = (list as { items?: readonly Pod[] }).items ?? [];
  const ready = pods.find(({ status }) => status?.conditions?.some(isReady) === true);
  if (ready === undefined) {
    const what = pods.length === 0 ? 'no coordinator runs' : 'the coordinator is not ready';
    throw new RollcallError(
      'COORDINATOR_UNREACHABLE',
      `${what} in namespace ${namespace} of ${apiServer.url}; see --coordinator-namespace and --context`,
    );
  }
  const ports = ready.spec.containers.flatMap((container) => container.ports ?? []);
  const port = ports.find(({ name }) => name === PORT_NAME)?.containerPort;
  if (port === undefined) throw new RollcallError('INTERNAL', `pod ${ready.metadata.name} has no port ${PORT_NAME}`);
  return { pod: ready.metadata.name, port };
}

function isReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Ready' && status === 'True';
}

async function authority(apiServer: ApiServerClient, namespace: string): Promise<Buffer> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${CA_CONFIG_MAP}`;
  const answer = await apiServer.get(path).catch((error: unknown) => {
    if (error instanceof ApiServerError && error.failure === 'missing') throw noAuthority(namespace, 'does not exist');
    throw error;
  });
  const { data } = answer as { data?: Record<string, string> };
  const pem = data?.['ca.crt'] ?? '';
  if (pem === '') throw noAuthority(namespace, 'holds no ca.crt');
  return Buffer.from(pem);
}

/** With cert-manager's certificates an administrator makes it (docs/operations.md, "Certificates"). */
function noAuthority(namespace: string, why: string): RollcallError {
  return new RollcallError(
    'CREDENTIALS_UNUSABLE',
    `ConfigMap ${namespace}/${CA_CONFIG_MAP} ${why}; name the CA of the coordinator with --coordinator-ca`,
  );
}

async function tokenFor(apiServer: ApiServerClient, namespace: string, right: Right): Promise<string> {
  const accounts = ACCOUNTS[right];
  for (const account of accounts) {
    try {
      return await requestToken(apiServer, namespace, account);
    } catch (error) {
      if (!(error instanceof ApiServerError) || error.failure !== 'denied') throw error;
    }
  }
  throw new RollcallError(
    'PERMISSION_DENIED',
    `you may create no token of ServiceAccount ${namespace}/${accounts[0]}; ask for the Role of that name`,
  );
}

async function requestToken(apiServer: ApiServerClient, namespace: string, account: string): Promise<string> {
  const answer = await apiServer.create(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [AUDIENCE], expirationSeconds: TOKEN_SECONDS },
  });
  const { status } = answer as { status?: { token?: string } };
  if (status?.token) return status.token;
  throw new RollcallError('API_SERVER_REFUSED', `${apiServer.url} gave no token of ServiceAccount ${account}`);
}
