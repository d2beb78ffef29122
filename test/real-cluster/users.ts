/**
 * Users at their own machines, with a kubeconfig, and with kubectl and `rollcall` on the PATH. The CLI finds the coordinator and
 * requests a token by itself, with the permissions of the user at the API server.
 */
import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Ended, PROGRAMS } from '../e2e/programs.ts';
import type { RealCluster } from './real-cluster.ts';

export const CONTEXT = 'real';
/** An address without a server, for the current context of the kubeconfig. */
const NOWHERE = 'https://127.0.0.1:9';
const SLOW = ['--request-timeout', '60s'];

/** Adds users to the token file of the API server, which reads it at its next start. */
export function addUsers(folder: string, ...names: readonly string[]): void {
  for (const name of names) appendFileSync(join(folder, 'tokens.csv'), `${tokenOf(name)},${name},${name}\n`);
}

export class User {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly #name: string;
  readonly #cluster: RealCluster;
  readonly #environment: Record<string, string>;

  constructor(name: string, cluster: RealCluster) {
    this.#name = name;
    this.#cluster = cluster;
    const home = join(cluster.folder, name);
    const programs = join(home, 'bin');
    mkdirSync(programs, { recursive: true });
    const plugin = `#!/bin/sh\nexec ${process.execPath} ${PROGRAMS.cli} "$@"\n`;
    writeFileSync(join(programs, 'kubectl-rollcall'), plugin, { mode: 0o755 });
    const path = `${programs}:/usr/local/bin:/usr/bin:/bin`;
    this.kubeconfig = join(home, 'kubeconfig');
    this.#environment = { PATH: path, HOME: home, KUBECONFIG: this.kubeconfig, NO_COLOR: '1' };
    writeFileSync(this.kubeconfig, JSON.stringify(kubeconfig(name, inject('clusterPort'))));
  }

  /** Grants a role as an administrator, as described in docs/operations.md. */
  async grantRole(role: string): Promise<void> {
    const binding = [this.#name, `--role=${role}`, `--user=${this.#name}`];
    await this.#cluster.kubectl('-n', 'rollcall', 'create', 'rolebinding', ...binding);
  }

  rollcall(...args: string[]): Promise<Ended> {
    return this.#run(process.execPath, [PROGRAMS.cli, ...args, ...SLOW]);
  }

  kubectl(...args: string[]): Promise<Ended> {
    return this.#run('kubectl', args);
  }

  /** Runs the CLI without a kubeconfig. */
  rollcallWithoutKubeconfig(...args: string[]): Promise<Ended> {
    return this.#run(process.execPath, [PROGRAMS.cli, ...args], { ...this.#environment, KUBECONFIG: '' });
  }

  #run(program: string, args: readonly string[], env = this.#environment): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(program, args, { env }, (error, stdout, stderr) => {
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
      });
    });
  }
}

function tokenOf(name: string): string {
  return `token-of-${name}`;
}

/** A kubeconfig whose current context has an address without a server. */
function kubeconfig(name: string, port: string): object {
  const cluster = (server: string) => ({ server, 'insecure-skip-tls-verify': true });
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: CONTEXT, cluster: cluster(`https://127.0.0.1:${port}`) },
      { name: 'nowhere', cluster: cluster(NOWHERE) },
    ],
    users: [{ name, user: { token: tokenOf(name) } }],
    contexts: [CONTEXT, 'nowhere'].map((one) => ({ name: one, context: { cluster: one, user: name } })),
    'current-context': 'nowhere',
  };
}
