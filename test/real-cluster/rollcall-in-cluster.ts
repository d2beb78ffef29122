/** Rollcall as it runs in the cluster: its command line with a person's token, and its operations ports. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, runToEnd } from '../e2e/programs.ts';
import type { RealCluster } from './real-cluster.ts';

const SERVER = '127.0.0.1:7655';
const NAME = 'rollcall-coordinator.rollcall.svc';
const OPERATIONS = { coordinator: 7656, agent: 7657 } as const;

export type Person = 'viewer' | 'planner' | 'admin';

export class RollcallInCluster {
  readonly #cluster: RealCluster;

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  /** Fetches a token as a person would: through their own rights at the API server. */
  async login(person: Person): Promise<void> {
    const args = ['-n', 'rollcall', 'create', 'token', `rollcall-${person}`, '--audience=rollcall', '--duration=1h'];
    writeFileSync(this.#tokenFile(person), await this.#cluster.kubectl(...args), { mode: 0o600 });
  }

  run(person: Person, ...args: string[]) {
    const identity = ['--coordinator-ca', this.#cluster.authority, '--coordinator-name', NAME];
    return runToEnd(PROGRAMS.cli, [...args, '--server', SERVER, ...identity, '--token-file', this.#tokenFile(person)]);
  }

  /** What a viewer is told, as JSON. @throws Error with what the command line said. */
  async ask<Value>(...args: string[]): Promise<Value> {
    const { exitCode, stdout, stderr } = await this.run('viewer', ...args, '-o', 'json');
    if (exitCode !== 0) throw new Error(`rollcall ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as Value;
  }

  async operations(program: keyof typeof OPERATIONS, path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${OPERATIONS[program]}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** A metric without labels. */
  async metric(program: keyof typeof OPERATIONS, name: string): Promise<number> {
    const { text } = await this.operations(program, '/metrics');
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    if (found === null) throw new Error(`the ${program} has no metric ${name}`);
    return Number(found[1]);
  }

  #tokenFile(person: Person): string {
    return join(this.#cluster.folder, `${person}.token`);
  }
}
