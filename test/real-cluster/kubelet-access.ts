/**
 * The way from the API server to the kubelet that every installer of clusters opens: a client certificate that the kubelet
 * trusts, and a serving certificate that can be checked. Port-forwards go that way. It holds once both have been restarted.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CertificateAuthority } from '../fakes/certificates.ts';

const API_SERVER = 'kube-apiserver-kubelet-client';

export interface KubeletAccess {
  /** PEM, of the kubelet's certificate. */
  readonly authority: string;
  /** What the API server is started with besides. */
  readonly apiServerArguments: readonly string[];
}

/** What the API server may do at kubelets. */
export const KUBELET_RIGHTS = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: API_SERVER },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: API_SERVER }],
};

/** `address` is the node's; `folder` the cluster's, with the settings of its kubelet. */
export async function prepareKubeletAccess(folder: string, address: string): Promise<KubeletAccess> {
  const authority = await CertificateAuthority.create('kubelet CA');
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const clientCAFile = file('kubelet-ca.crt', authority.certificate);
  const client = await authority.sign({ commonName: API_SERVER });
  const server = await authority.sign({ commonName: 'kubelet', hosts: [address] });
  const settingsFile = join(folder, 'kubelet.yaml');
  const settings = parse(readFileSync(settingsFile, 'utf8')) as { authentication: object };
  const changed = {
    ...settings,
    authentication: { ...settings.authentication, x509: { clientCAFile } },
    tlsCertFile: file('kubelet-server.crt', server.certificate),
    tlsPrivateKeyFile: file('kubelet-server.key', server.key),
  };
  writeFileSync(settingsFile, stringify(changed));
  return {
    authority: authority.certificate,
    apiServerArguments: [
      `--kubelet-certificate-authority=${clientCAFile}`,
      `--kubelet-client-certificate=${file('kubelet-client.crt', client.certificate)}`,
      `--kubelet-client-key=${file('kubelet-client.key', client.key)}`,
      // There is no DNS that knows the node's name.
      '--kubelet-preferred-address-types=InternalIP',
    ],
  };
}
