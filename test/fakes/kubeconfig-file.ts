/** Writes a kubeconfig for a fake API server, with the single context `here`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the path of the file. */
export function writeKubeconfig(folder: string, server: string, name = 'kubeconfig'): string {
  const path = join(folder, name);
  const file = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token: 'mine' } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    'current-context': 'here',
  };
  writeFileSync(path, JSON.stringify(file));
  return path;
}
