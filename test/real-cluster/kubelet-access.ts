/**
 * Sets up the connection from the API server to the kubelet as cluster installers do: a client certificate that the kubelet
 * trusts, and a serving certificate that the API server can verify. Port-forwards use it. Takes effect after a restart of both.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CertificateAuthority } from '../fakes/certificates.ts';

const API_SERVER = 'kube-apiserver-kubelet-client';

export interface KubeletAccess {
  /** CA certificate of the kubelet, PEM. */
  readonly authority: string;
  /** Additional arguments of the API server. */
  readonly apiServerArguments: readonly string[];
}

/** Permissions of the API server at the kubelet. */
export const KUBELET_RIGHTS = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: API_SERVER },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: API_SERVER }],
};

/** `folder` is the folder of the cluster, with the configuration of its kubelet; `address` is the address of the node. */
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
      // No DNS server resolves the node name.
      '--kubelet-preferred-address-types=InternalIP',
    ],
  };
}
