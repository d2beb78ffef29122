/** A process that writes a journal without end (crash-writer.mjs), and what it said is durable. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../fakes/eventually.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.mjs', import.meta.url));

export class WritingProcess {
  /** The newest revision that it called durable. */
  announced = 0;
  announcementCount = 0;
  stderr = '';
  /** Its exit code; `null` where it was killed. */
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

  /** Resolves once it called so many commits durable; rejects when it ends before. */
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
      if (this.announcementCount < count) throw new Error(`the writer ended by itself (${code}): ${this.stderr}`);
    });
    await Promise.race([enough, early]);
  }

  /** What it says of the first problem that it meets. */
  problem(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.stderr.on('data', () => this.stderr.includes('\n') && resolve(this.stderr));
    });
  }

  /** Resolves once nothing of it runs, also within the system. */
  async halt(): Promise<void> {
    this.#child.kill('SIGSTOP');
    await eventually(() => threadStates(this.#child.pid ?? 0).every((state) => state === 'T'));
  }

  /** Resolves once it is gone and everything that it said was heard. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** A letter each (proc(5), `/proc/pid/stat`). */
function threadStates(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map(
    (thread) => /\) (\w) /.exec(readFileSync(`${tasks}/${thread}/stat`, 'utf8'))?.[1] ?? '',
  );
}
