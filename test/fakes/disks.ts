/**
 * Disks made for a test: small ones that fill up, and one that fails. They need the right to mount; where that is missing the
 * test says so in capitals and is skipped, because a fault that nobody tried is not one that is survived.
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
/** Of the file systems, and of the memory below them. */
const BLOCK_BYTES = 4_096;

/** The folder of a file system in memory that holds so much and no more. */
export function smallDisk(context: TestContext, bytes: number): string {
  const folder = temporaryFolder();
  mount(context, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
}

/**
 * A file system on a disk image that itself lies where there is little room: once that is used up, the disk fails. It takes
 * one block at a time, because Linux' loop device calls a write done of which only the beginning had room: such a disk would lie.
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

  /** The folder as it were on a computer whose power fails now: without what only the memory of the system has. */
  afterPowerLoss(): string {
    const image = join(temporaryFolder(), 'image');
    copyFileSync(this.#image, image);
    const folder = temporaryFolder();
    mount(this.#context, ['-o', 'loop', image, folder]);
    return folder;
  }

  /** From now on what is not on the disk yet does not get there. */
  fail(): void {
    const filler = openSync(this.#filler, 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(MEBIBYTE));
    } catch {
      // Full, as it should be.
    } finally {
      closeSync(filler);
    }
  }

  /** What the system does to a file system whose own records it cannot trust any more. */
  becomeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,abort', this.folder], { stdio: 'ignore' });
  }

  /** Mounts the disk anew, with room. Nobody may have a file of it open. */
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
    const why = `mount ${args.join(' ')} was refused: run this test as a user who may mount`;
    // oxlint-disable-next-line no-console -- a skipped fault must be seen
    console.error(`NOT TESTED: ${context.task.name}: ${why}`);
    context.skip(why);
  }
  onTestFinished(() => {
    try {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    } catch {
      // Unmounted already.
    }
  });
}
