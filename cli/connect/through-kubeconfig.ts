/**
 * Connects to the coordinator of a cluster with the user's own rights at the API server: finds the pod of the leader, the CA
 * of its certificate, and requests a short-lived token of a ServiceAccount (deploy/kustomize/base/users.yaml).
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

/** The right that a command needs at the coordinator. */
export type Right = 'read' | 'plan' | 'administer';

export interface ClusterChoice {
  /** Path of the file; defaults to the files that kubectl uses. */
  readonly kubeconfig?: string | undefined;
  /** The environment variable KUBECONFIG. */
  readonly kubeconfigList?: string | undefined;
  /** Defaults to the current context. */
  readonly context?: string | undefined;
  readonly namespace: string;
  /** Settings from the command line, which take precedence over those in the cluster. */
  readonly given: TlsMaterial<TokenSource>;
}

export interface ClusterConnection {
  /** `127.0.0.1:port`, the local end of the port-forward. */
  readonly server: string;
  readonly security: ChannelSecurity;
  /** Why the coordinator cannot be reached, in one sentence; `null` if there is no problem. */
  problem(): string | null;
  close(): void;
}

/** Names in the manifests of deploy/. */
const SERVICE = 'rollcall-coordinator';
const CA_CONFIG_MAP = 'rollcall-coordinator-ca';
const SELECTOR = 'app.kubernetes.io/name=rollcall,app.kubernetes.io/component=coordinator';
const PORT_NAME = 'grpc';
const AUDIENCE = 'rollcall';
const TOKEN_SECONDS = 3_600;

/** The least privileged account first. A user without a right to it may have a right to a more privileged one. */
const ACCOUNTS: Readonly<Record<Right, readonly string[]>> = {
  read: ['rollcall-viewer', 'rollcall-planner', 'rollcall-admin'],
  plan: ['rollcall-planner', 'rollcall-admin'],
  administer: ['rollcall-admin'],
};

/** @throws RollcallError if there is no ready coordinator or the user lacks a right */
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
  // Credentials from the command line make a token from the cluster unnecessary.
  const hasCredentials = given.token !== null || given.clientCertificate !== null;
  const token = hasCredentials ? null : new RenewingToken(() => tokenFor(apiServer, namespace, right), clock);
  const [pod, ca] = await allInOrder([
    readyPod(apiServer, namespace),
    given.ca ?? authority(apiServer, namespace),
    token?.current(),
  ]);
  let found: PodPort | null = pod;
  const forward = await openPortForward(config, async () => {
    // A second connection means that the first pod was lost, and another pod may be the leader now.
    const target = found ?? (await readyPod(apiServer, namespace));
    found = null;
    return target;
  });
  const credentials = token === null ? given.token : () => token.current();
  return {
    server: forward.server,
    security: tlsSecurity({ ...given, ca, token: credentials }, `${SERVICE}.${namespace}.svc`),
    problem: () => token?.problem ?? forward.problem(),
    close() {
      forward.close();
      apiServer.close();
    },
  };
}

/** Like Promise.all, but rejects with the first error in order: in a wrong namespace, that no coordinator runs there. */
async function allInOrder<Values extends readonly unknown[]>(promises: readonly [...Values]) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
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

/** Only the leader is ready; standbys are not. */
async function readyPod(apiServer: ApiServerClient, namespace: string): Promise<PodPort> {
  const list = await apiServer.get(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: SELECTOR });
  const pods = (list as { items?: readonly Pod[] }).items ?? [];
  const ready = pods.find(({ status }) => status?.conditions?.some(isReady) === true);
  if (ready === undefined) {
    const what = pods.length === 0 ? 'no coordinator runs' : 'the coordinator is not ready';
    throw new RollcallError(
      'COORDINATOR_UNREACHABLE',
      `${what} in namespace ${namespace} of ${apiServer.url}; check --coordinator-namespace and --context`,
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
  if (pem === '') throw noAuthority(namespace, 'has no key ca.crt');
  return Buffer.from(pem);
}

/** With cert-manager, an administrator creates the ConfigMap (docs/operations.md, "Certificates"). */
function noAuthority(namespace: string, why: string): RollcallError {
  return new RollcallError(
    'CREDENTIALS_UNUSABLE',
    `ConfigMap ${namespace}/${CA_CONFIG_MAP} ${why}; specify the CA of the coordinator with --coordinator-ca`,
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
    `you cannot create tokens for ServiceAccount ${namespace}/${accounts[0]}; ask an administrator for the Role of that name`,
  );
}

async function requestToken(apiServer: ApiServerClient, namespace: string, account: string): Promise<Token> {
  const answer = await apiServer.create(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [AUDIENCE], expirationSeconds: TOKEN_SECONDS },
  });
  // The API server may choose another lifetime than the requested one.
  const { spec, status } = answer as { spec?: { expirationSeconds?: number }; status?: { token?: string } };
  if (status?.token) return { text: status.token, lifeMs: (spec?.expirationSeconds ?? TOKEN_SECONDS) * 1000 };
  throw new RollcallError('API_SERVER_REFUSED', `${apiServer.url} returned no token for ServiceAccount ${account}`);
}
