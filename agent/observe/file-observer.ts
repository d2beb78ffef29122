/**
 * Observes a node through a file. If the file becomes invalid, the last valid version remains in use and a problem is
 * reported. The next valid version is used automatically.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { watchPath } from '../../shared/files/watch-path.ts';
import { type NodeFile, readNodeFile } from './node-file.ts';
import type { Observer, ObserverListener } from './observer.ts';

/** Maximum file size. A node with a thousand pods needs a few megabytes. */
const NODE_FILE_BYTES_MAX = 16 * 1024 * 1024;

export interface FileObserverOptions {
  readonly path: string;
  readonly clock: Clock;
}

export class FileObserver implements Observer {
  readonly #path: string;
  readonly #clock: Clock;
  #stopWatching: () => void = () => {};
  #closed = false;
  #reading = false;
  #stale = false;
  /** The node of this agent: the first node in the file. */
  #nodeName: string | undefined;

  constructor({ path, clock }: FileObserverOptions) {
    this.#path = path;
    this.#clock = clock;
  }

  start(listener: ObserverListener): void {
    const onChange = () => {
      this.#stale = true;
      void this.#readStale(listener);
    };
    this.#stopWatching = watchPath({ path: this.#path, clock: this.#clock, onChange });
  }

  counts(): Record<string, never> {
    return {};
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
  }

  /** Reads the file once at a time. A change during a read leads to another read. */
  async #readStale(listener: ObserverListener): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    while (this.#stale) {
      this.#stale = false;
      const observedMs = this.#clock.nowMs();
      const file = await this.#read();
      if (this.#closed) return;
      this.#emit(listener, file, observedMs);
    }
    this.#reading = false;
  }

  #emit(listener: ObserverListener, file: NodeFile, observedMs: number): void {
    if (file.problem !== undefined) {
      listener.problem(file.problem);
      return;
    }
    const { facts, pods } = file;
    this.#nodeName ??= facts.name;
    if (facts.name === this.#nodeName) listener.observed({ facts, pods, observedMs, source: this.#path });
    else listener.problem(this.#otherNode(facts.name));
  }

  #otherNode(name: string): string {
    return `${this.#path} contains node ${name}, but this agent runs for node ${this.#nodeName}; restart the agent to change the node.`;
  }

  async #read(): Promise<NodeFile> {
    try {
      const { size } = await stat(this.#path);
      if (size > NODE_FILE_BYTES_MAX)
        return { problem: `${this.#path} has ${size} bytes; the maximum is ${NODE_FILE_BYTES_MAX}.` };
      return readNodeFile(await readFile(this.#path), this.#path);
    } catch (error) {
      return { problem: `${this.#path} cannot be read: ${error instanceof Error ? error.message : String(error)}.` };
    }
  }
}
