/** Runs the compiled programs as a user does: a complete system in a temporary folder, and the CLI. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../deploy/examples', import.meta.url));

export const PROGRAMS = {
  coordinator: join(DIST, 'coordinator/main.js'),
  agent: join(DIST, 'agent/main.js'),
  cli: join(DIST, 'cli/main.js'),
  local: join(DIST, 'deploy/local/main.js'),
} as const;

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs in the background. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    this.#child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const wake of this.#waiting) wake();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        resolve({ exitCode: code ?? -1, stdout: this.#lines.join('\n'), stderr });
        for (const wake of this.#waiting) wake();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The first line of standard output that matches, including lines that were already written. */
  line(matches: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.#lines.find(matches);
        if (found === undefined && this.#child.exitCode === null) return;
        this.#waiting.delete(check);
        if (found === undefined)
          reject(new Error(`the program ended without a matching line:\n${this.#lines.join('\n')}`));
        else resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** Runs a program and waits until it ends. */
export function runToEnd(program: string, args: readonly string[]): Promise<Ended> {
  return new Running(program, args).ended;
}

/** A copy of the examples that a test may edit. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'rollcall-e2e-'));

  constructor() {
    cpSync(EXAMPLES, this.path, { recursive: true });
  }

  get daemonSets(): string {
    return join(this.path, 'daemonsets');
  }

  get nodes(): string {
    return join(this.path, 'nodes');
  }

  get data(): string {
    return join(this.path, 'data');
  }

  nodeFile(name: string): string {
    return join(this.nodes, `${name}.yaml`);
  }

  edit(file: string, change: (text: string) => string): void {
    const before = readFileSync(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`the edit does not change ${file}`);
    writeFileSync(file, after);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Starts a coordinator with the data, manifests and nodes of the folder. Port 0 selects a free port. */
export async function startCoordinator(
  { data, daemonSets, nodes }: Folder,
  port: number,
): Promise<{ coordinator: Running; server: string; port: number }> {
  const sources = ['--data', data, '--daemonsets', daemonSets, '--nodes', nodes];
  const coordinator = new Running(PROGRAMS.coordinator, ['--plaintext', ...sources, '--listen', `127.0.0.1:${port}`]);
  const ready = JSON.parse(await coordinator.line((line) => line.includes('coordinator ready'))) as { port: number };
  return { coordinator, server: `127.0.0.1:${ready.port}`, port: ready.port };
}

/** The CLI, connected to a coordinator. */
export class CommandLine {
  readonly #server: string;

  constructor(server: string) {
    this.#server = server;
  }

  run(...args: string[]): Promise<Ended> {
    return runToEnd(PROGRAMS.cli, [...args, '--server', this.#server]);
  }

  async json<Value>(...args: string[]): Promise<Value> {
    const { exitCode, stdout, stderr } = await this.run(...args, '-o', 'json');
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as Value;
  }
}
