/** The progress output of a long installation or build. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

interface Output {
  readonly isTTY: boolean;
  write(text: string | Buffer): void;
}

interface Activity {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly output: Output;
}

// A module without types: it runs before anything is built.
const { runWithProgress } = (await import(new URL('../../deploy/local/progress.mjs', import.meta.url).href)) as {
  runWithProgress: (activity: Activity) => Promise<number>;
};

const CLEAR_LINE = '\r\u001b[2K';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A command that prints one line and runs until the test releases it. */
function start({ isTTY }: { isTTY: boolean }) {
  const cwd = temporaryFolder();
  execFileSync('mkfifo', [join(cwd, 'gate')]);
  const written: string[] = [];
  let done = Promise.resolve(0);
  const printed = new Promise<void>((resolve) => {
    const write = (text: string | Buffer) => {
      written.push(text.toString());
      if (text.toString() === 'begun\n') resolve();
    };
    const args = ['-c', 'echo begun; read line <gate'];
    done = runWithProgress({ what: 'installing', command: 'sh', args, cwd, output: { isTTY, write } });
  });
  const letGo = async () => {
    await writeFile(join(cwd, 'gate'), 'go\n');
    return done;
  };
  return { written, printed, letGo };
}

it('prints a line every five seconds without a terminal', async () => {
  const { written, printed, letGo } = start({ isTTY: false });
  await printed;
  vi.advanceTimersByTime(12_000);
  expect(await letGo()).toBe(12);
  expect(written).toEqual(['begun\n', 'rollcall: installing: 5 s\n', 'rollcall: installing: 10 s\n']);
});

it('updates one line every second on a terminal, and removes it at the end', async () => {
  const { written, printed, letGo } = start({ isTTY: true });
  await printed;
  vi.advanceTimersByTime(2_000);
  expect(await letGo()).toBe(2);
  const shown = (seconds: number) => `${CLEAR_LINE}rollcall: installing: ${seconds} s`;
  expect(written).toEqual([shown(0), CLEAR_LINE, 'begun\n', shown(1), shown(2), CLEAR_LINE]);
});
