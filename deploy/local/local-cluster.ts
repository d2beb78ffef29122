/**
 * The local cluster: a coordinator, and one agent process for every node file, including files that
 * are added later.
 */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { watchPath } from '../../shared/files/watch-path.ts';
import { ChildProgram } from './child-program.ts';

const COORDINATOR = fileURLToPath(new URL('../../coordinator/main.js', import.meta.url));
const AGENT = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

/** Short, so that the node of a killed agent becomes absent within seconds. */
const LEASE = '10s';
const HEARTBEAT = '2s';

const NODE_FILE_ENDINGS = new Set(['.yaml', '.yml', '.json']);

export interface LocalClusterOptions {
  readonly data: string;
  readonly port: number;
  readonly daemonsets: string;
  readonly nodes: string;
  readonly clock: Clock;
  /** Reports a problem in one sentence. */
  readonly say: (what: string) => void;
}

export class LocalCluster {
  readonly #options: LocalClusterOptions;
  readonly #logFolder: string;
  readonly #agents = new Map<string, ChildProgram>();
  #coordinator: ChildProgram | null = null;
  #unwatch: () => void = () => {};
  #address = '';

  constructor(options: LocalClusterOptions) {
    this.#options = options;
    this.#logFolder = join(options.data, 'logs');
  }

  get logFolder(): string {
    return this.#logFolder;
  }

  /** `host:port` of the coordinator. */
  get address(): string {
    return this.#address;
  }

  get agentCount(): number {
    return this.#agents.size;
  }

  /**
   * Starts the coordinator and then the agents.
   * @throws RollcallError with the message of the coordinator if it cannot start.
   */
  async start(): Promise<void> {
    makeLogFolder(this.#logFolder);
    this.#address = `127.0.0.1:${await this.#startCoordinator()}`;
    this.#keepAgents();
    const { nodes, clock } = this.#options;
    this.#unwatch = watchPath({ path: nodes, clock, onChange: () => this.#keepAgents() });
  }

  /** Rejects with the message of the coordinator when the coordinator ends by itself. */
  async whenCoordinatorFails(): Promise<never> {
    const { how, errorText } = (await this.#coordinator?.ended) ?? { how: 'before it began', errorText: '' };
    const unsaid = `the coordinator ended ${how}; its log is in ${this.#logFolder}`;
    // The coordinator names its own flag --listen; here, the user sets --port.
    const said = errorText.replace('another address with --listen', 'another port with --port');
    throw new RollcallError('ARGUMENT_INVALID', said === '' ? unsaid : said);
  }

  async stop(): Promise<void> {
    this.#unwatch();
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.stop()));
    await this.#coordinator?.stop();
  }

  #startCoordinator(): Promise<number> {
    const { data, port, daemonsets, nodes } = this.#options;
    return new Promise((resolve, reject) => {
      const coordinator = new ChildProgram({
        program: COORDINATOR,
        args: [
          '--plaintext',
          ...flags({ data, listen: `127.0.0.1:${port}`, daemonsets, nodes, lease: LEASE, heartbeat: HEARTBEAT }),
        ],
        logFile: join(this.#logFolder, 'coordinator.log'),
        onLogLine: (line) => {
          if (line.message === 'coordinator ready' && line.port !== undefined) resolve(line.port);
        },
      });
      this.#coordinator = coordinator;
      this.whenCoordinatorFails().catch(reject);
    });
  }

  /** Keeps one agent per node file: starts agents for new files, and stops agents whose file was removed. */
  #keepAgents(): void {
    const files = new Set(this.#nodeFiles());
    for (const file of files) if (!this.#agents.has(file)) this.#agents.set(file, this.#startAgent(file));
    for (const [file, agent] of this.#agents) {
      if (files.has(file)) continue;
      this.#agents.delete(file);
      void agent.stop();
    }
  }

  #nodeFiles(): string[] {
    const { nodes } = this.#options;
    return readdirSync(nodes)
      .filter((name) => NODE_FILE_ENDINGS.has(extname(name)))
      .sort();
  }

  #startAgent(file: string): ChildProgram {
    const name = file.slice(0, -extname(file).length);
    const logFile = join(this.#logFolder, `agent-${name}.log`);
    const agent = new ChildProgram({
      program: AGENT,
      args: [
        '--plaintext',
        ...flags({
          'node-file': join(this.#options.nodes, file),
          coordinator: this.#address,
          state: join(this.#options.data, 'agents', name),
        }),
      ],
      logFile,
    });
    void agent.ended.then(({ how, errorText }) => {
      if (this.#agents.get(file) !== agent) return;
      const words = errorText === '' ? how : `${how} (${errorText})`;
      this.#options.say(`the agent of ${file} ended ${words}; its log is ${logFile}`);
    });
    return agent;
  }
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function makeLogFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('ARGUMENT_INVALID', `cannot create ${folder}: ${why}; choose another folder with --data`);
  }
}
