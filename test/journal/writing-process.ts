/** A process that writes a journal until it is killed (crash-writer.mjs), and the revisions that it reported as durable. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../fakes/eventually.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.mjs', import.meta.url));

export class WritingProcess {
  /** The newest revision that it reported as durable. */
  announced = 0;
  announcementCount = 0;
  stderr = '';
  /** Its exit code; `null` when it was killed. */
  readonly ended: Promise<number | null>;
  readonly #child;
  readonly #waiting = new Set<() => void>();

  constructor(file: string, how: 'keep' | 'prune' = 'keep') {
    this.#child = spawn(process.execPath, [WRITER, file, how], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.announced = Number(line);
      this.announcementCount += 1;
      for (const wake of this.#waiting) wake();
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Resolves after `count` reports; rejects when the process ends earlier. */
  async announcements(count: number): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      const look = () => {
        if (this.announcementCount < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    const early = this.ended.then((code) => {
      if (this.announcementCount < count)
        throw new Error(`the writer ended unexpectedly (exit code ${code}): ${this.stderr}`);
    });
    await Promise.race([enough, early]);
  }

  /** Resolves with the message of its first problem. */
  problem(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.stderr.on('data', () => this.stderr.includes('\n') && resolve(this.stderr));
    });
  }

  /** Resolves when all its threads have stopped, including those in system calls. */
  async halt(): Promise<void> {
    this.#child.kill('SIGSTOP');
    await eventually(() => threadStates(this.#child.pid ?? 0).every((state) => state === 'T'));
  }

  /** Resolves when the process has ended and all its output was read. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** One letter per thread (proc(5), `/proc/pid/stat`). */
function threadStates(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map(
    (thread) => /\) (\w) /.exec(readFileSync(`${tasks}/${thread}/stat`, 'utf8'))?.[1] ?? '',
  );
}
