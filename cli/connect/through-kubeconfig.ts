/**
 * Finds the coordinator of a cluster through the user's own rights at its API server: the pod that leads, the CA of its
 * certificate, and a short-lived token of a ServiceAccount that may ask (deploy/kustomize/base/users.yaml).
 */
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { accessOf, loadKubeconfig } from '../../shared/api-server/kubeconfig-access.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import {
  type ChannelSecurity,
  type TlsMaterial,
  type TokenSource,
  tlsSecurity,
} from '../../shared/rpc/channel-security.ts';
import { VERSION } from '../../shared/version.ts';
import { openPortForward, type PodPort } from './port-forward.ts';
import { RenewingToken, type Token } from './renewing-token.ts';

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
  readonly given: TlsMaterial<TokenSource>;
}

export interface ClusterConnection {
  /** `127.0.0.1:port`: the end of the tunnel here. */
  readonly server: string;
  readonly security: ChannelSecurity;
  /** What stands in the way to the coordinator, one sentence; `null` where nothing does. */
  problem(): string | null;
  close(): void;
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
export async function connectThroughKubeconfig(
  choice: ClusterChoice,
  right: Right,
  clock: Clock,
): Promise<ClusterConnection> {
  const { namespace, given } = choice;
  const config = await loadKubeconfig({
    path: choice.kubeconfig,
    list: choice.kubeconfigList,
    context: choice.context,
  });
  const apiServer = new ApiServerClient({ access: accessOf(config), clock, userAgent: `rollcall/${VERSION}` });
  // Whoever brings a proof needs none of the cluster.
  const isProved = given.token !== null || given.clientCertificate !== null;
  const token = isProved ? null : new RenewingToken(() => tokenFor(apiServer, namespace, right), clock);
  const [pod, ca] = await allInOrder([
    readyPod(apiServer, namespace),
    given.ca ?? authority(apiServer, namespace),
    token?.current(),
  ]);
  let found: PodPort | null = pod;
  const tunnel = await openPortForward(config, async () => {
    // Whoever comes back to the tunnel has lost a pod, and another one may lead by now.
    const target = found ?? (await readyPod(apiServer, namespace));
    found = null;
    return target;
  });
  const proof = token === null ? given.token : () => token.current();
  return {
    server: tunnel.server,
    security: tlsSecurity({ ...given, ca, token: proof }, `${SERVICE}.${namespace}.svc`),
    problem: () => token?.problem ?? tunnel.problem(),
    close() {
      tunnel.close();
      apiServer.close();
    },
  };
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
async function readyPod(apiServer: ApiServerClient, namespace: string): Promise<PodPort> {
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
  return { namespace, pod: ready.metadata.name, port };
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

async function tokenFor(apiServer: ApiServerClient, namespace: string, right: Right): Promise<Token> {
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

async function requestToken(apiServer: ApiServerClient, namespace: string, account: string): Promise<Token> {
  const answer = await apiServer.create(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [AUDIENCE], expirationSeconds: TOKEN_SECONDS },
  });
  // An API server may give one for another time than was asked for, and says so.
  const { spec, status } = answer as { spec?: { expirationSeconds?: number }; status?: { token?: string } };
  if (status?.token) return { text: status.token, lifeMs: (spec?.expirationSeconds ?? TOKEN_SECONDS) * 1000 };
  throw new RollcallError('API_SERVER_REFUSED', `${apiServer.url} gave no token of ServiceAccount ${account}`);
}
