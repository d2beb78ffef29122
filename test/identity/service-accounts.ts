/** ServiceAccounts, pods and tokens on a real API server, with the permissions in deploy/. */
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { systemClock } from '../../shared/clock.ts';
import { ADMIN_TOKEN, type ControlPlane } from '../api-server/control-plane.ts';

export const NAMESPACE = 'rollcall';
const BASE = fileURLToPath(new URL('../../deploy/kustomize/base', import.meta.url));
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The collection path of each kind. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
  ClusterRole: `${RBAC}/clusterroles`,
  ClusterRoleBinding: `${RBAC}/clusterrolebindings`,
  Role: `${RBAC}/namespaces/${NAMESPACE}/roles`,
  RoleBinding: `${RBAC}/namespaces/${NAMESPACE}/rolebindings`,
};

/** Creates the namespace and the RBAC objects in deploy/. */
export async function applyRights({ admin }: ControlPlane): Promise<void> {
  await admin.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const file of ['agent-rights.yaml', 'coordinator-rights.yaml', 'users.yaml']) {
    for (const document of parseAllDocuments(readFileSync(join(BASE, file), 'utf8'))) {
      const manifest = document.toJS() as Manifest;
      await admin.create(COLLECTIONS[manifest.kind] ?? manifest.kind, manifest);
    }
  }
}

/** Creates a pod of the ServiceAccount on the node; returns its UID. */
export async function createPod(
  { admin }: ControlPlane,
  {
    name,
    nodeName,
    serviceAccountName = 'rollcall-agent',
  }: { name: string; nodeName: string; serviceAccountName?: string },
): Promise<string> {
  const { metadata } = await admin.create(`/api/v1/namespaces/${NAMESPACE}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName, serviceAccountName, containers: [{ name: 'a', image: 'a' }] },
  });
  return (metadata as { uid: string }).uid;
}

/** Deletes the pod immediately, like the kubelet after its containers have ended. */
export async function deletePod({ authority: ca, url }: ControlPlane, name: string): Promise<void> {
  const path = `${url}/api/v1/namespaces/${NAMESPACE}/pods/${name}?gracePeriodSeconds=0`;
  const options = { method: 'DELETE', ca, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
  await new Promise<void>((resolve, reject) => {
    const request = httpsRequest(path, options, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the API server answers ${response.statusCode}`));
      });
    });
    request.once('error', reject).end();
  });
}

export interface TokenOptions {
  readonly audience?: string;
  readonly pod?: { readonly name: string; readonly uid: string };
}

/** Requests a token like the kubelet or the CLI. */
export async function tokenOf(
  { admin }: ControlPlane,
  serviceAccount: string,
  { audience = 'rollcall', pod }: TokenOptions = {},
): Promise<string> {
  const boundObjectRef = pod && { kind: 'Pod', apiVersion: 'v1', ...pod };
  const path = `${COLLECTIONS['ServiceAccount']}/${serviceAccount}/token`;
  const { status } = await admin.create(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [audience], expirationSeconds: 600, ...(boundObjectRef && { boundObjectRef }) },
  });
  return (status as { token: string }).token;
}

/** The same token, issued one hour earlier and signed with the key of the API server. */
export function anHourAgo({ folder }: ControlPlane, token: string): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, number>;
  const past = { ...claims };
  for (const name of ['exp', 'iat', 'nbf']) past[name] = (claims[name] ?? 0) - 3_600;
  const text = `${header}.${Buffer.from(JSON.stringify(past)).toString('base64url')}`;
  const signature = createSign('RSA-SHA256')
    .update(text)
    .sign(readFileSync(join(folder, 'service-account.key')));
  return `${text}.${signature.toString('base64url')}`;
}

/** Access to the API server as the ServiceAccount of the coordinator, with only its permissions. */
export async function coordinatorClient(controlPlane: ControlPlane): Promise<ApiServerClient> {
  const token = await tokenOf(controlPlane, 'rollcall-coordinator', { audience: 'https://kubernetes.default.svc' });
  return new ApiServerClient({ access: controlPlane.access(token), clock: systemClock, userAgent: 'rollcall-test' });
}
