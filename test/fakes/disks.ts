/**
 * Disks for a test: small disks that fill up, and a disk that fails. They require permission to mount. Without it, the test is
 * skipped with a visible message.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const MEBIBYTE = 1024 * 1024;
const IMAGE_BYTES = 32 * MEBIBYTE;
/** Block size of the file systems. */
const BLOCK_BYTES = 4_096;

/** Mounts an in-memory file system of the given size; returns its folder. */
export function smallDisk(context: TestContext, bytes: number): string {
  const folder = temporaryFolder();
  mount(context, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
}

/**
 * A file system in a disk image on a small disk: when the small disk is full, writes to the file system fail. It writes one block at
 * a time, because the Linux loop device reports a write as successful if only its beginning was written.
 */
export class FailingDisk {
  readonly folder: string;
  readonly #image: string;
  readonly #filler: string;
  readonly #context: TestContext;

  constructor(context: TestContext) {
    const below = smallDisk(context, IMAGE_BYTES);
    this.#context = context;
    this.#filler = join(below, 'filler');
    this.#image = join(below, 'image');
    this.folder = temporaryFolder();
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.#image, '');
    truncateSync(this.#image, IMAGE_BYTES);
    execFileSync('mkfs.ext4', ['-q', '-F', '-b', String(BLOCK_BYTES), this.#image], { stdio: 'ignore' });
    this.#mount();
  }

  /** The folder as it would be after a power failure now: without data that is only in the page cache. */
  afterPowerLoss(): string {
    const image = join(temporaryFolder(), 'image');
    copyFileSync(this.#image, image);
    const folder = temporaryFolder();
    mount(this.#context, ['-o', 'loop', image, folder]);
    return folder;
  }

  /** From now on, nothing is written to the disk. */
  fail(): void {
    const filler = openSync(this.#filler, 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(MEBIBYTE));
    } catch {
      // The disk is full, as intended.
    } finally {
      closeSync(filler);
    }
  }

  /** Remounts the file system read-only, as the kernel does after a metadata error. */
  becomeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,abort', this.folder], { stdio: 'ignore' });
  }

  /** Mounts the disk again, with free space. No file on it may be open. */
  repair(): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.#filler, { force: true });
    this.#mount();
  }

  #mount(): void {
    mount(this.#context, ['-o', 'loop', this.#image, this.folder]);
    const mounted = readFileSync('/proc/mounts', 'utf8').split('\n');
    const [device = ''] = mounted.find((line) => line.includes(` ${this.folder} `))?.split(' ') ?? [];
    writeFileSync(`/sys/block/${basename(device)}/queue/max_sectors_kb`, String(BLOCK_BYTES / 1_024));
  }
}

function mount(context: TestContext, args: readonly string[]): void {
  const folder = args.at(-1) ?? '';
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
  } catch {
    const why = `mount ${args.join(' ')} failed; run this test as a user who is allowed to mount`;
    // oxlint-disable-next-line no-console -- a skipped test must be visible
    console.error(`NOT TESTED: ${context.task.name}: ${why}`);
    context.skip(why);
  }
  onTestFinished(() => {
    try {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    } catch {
      // Already unmounted.
    }
  });
}
