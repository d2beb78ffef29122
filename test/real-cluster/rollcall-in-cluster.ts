/** Rollcall in the cluster: the CLI with the token of a role, and the operations ports. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, runToEnd } from '../e2e/programs.ts';
import type { RealCluster } from './real-cluster.ts';

const SERVER = '127.0.0.1:7655';
const NAME = 'rollcall-coordinator.rollcall.svc';
const OPERATIONS = { coordinator: 7656, agent: 7657 } as const;

export type Role = 'viewer' | 'planner' | 'admin';

export class RollcallInCluster {
  readonly #cluster: RealCluster;

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  /** Creates a token for the ServiceAccount of the role. */
  async login(role: Role): Promise<void> {
    const args = ['-n', 'rollcall', 'create', 'token', `rollcall-${role}`, '--audience=rollcall', '--duration=1h'];
    writeFileSync(this.#tokenFile(role), await this.#cluster.kubectl(...args), { mode: 0o600 });
  }

  run(role: Role, ...args: string[]) {
    const identity = ['--coordinator-ca', this.#cluster.authority, '--coordinator-name', NAME];
    return runToEnd(PROGRAMS.cli, [...args, '--server', SERVER, ...identity, '--token-file', this.#tokenFile(role)]);
  }

  /** The JSON output of a command that a viewer runs. @throws Error with the error output of the CLI. */
  async ask<Value>(...args: string[]): Promise<Value> {
    const { exitCode, stdout, stderr } = await this.run('viewer', ...args, '-o', 'json');
    if (exitCode !== 0) throw new Error(`rollcall ${args.join(' ')} exited with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as Value;
  }

  async operations(program: keyof typeof OPERATIONS, path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${OPERATIONS[program]}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Value of a metric without labels. */
  async metric(program: keyof typeof OPERATIONS, name: string): Promise<number> {
    const { text } = await this.operations(program, '/metrics');
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    if (found === null) throw new Error(`the ${program} has no metric ${name}`);
    return Number(found[1]);
  }

  #tokenFile(role: Role): string {
    return join(this.#cluster.folder, `${role}.token`);
  }
}
