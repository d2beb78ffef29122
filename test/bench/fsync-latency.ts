/** Time that the disk needs to write and fsync a small file without a database. No commit can be faster. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const SYNCS = 500;
const BETWEEN_MS = 2;
/** Amount of data that a commit of about twenty rows writes. */
const BYTES = 64 * 1024;
/** Size of the file, which is overwritten repeatedly like a write-ahead log. */
const FILE_BYTES = 16 * 1024 * 1024;

/** The 99th percentile of `SYNCS` sequential writes, each with its fsync. */
export async function fsyncP99Ms(folder: string): Promise<number> {
  const bytes = Buffer.alloc(BYTES, 1);
  const descriptor = openSync(join(folder, 'sync'), 'w');
  const tookMs: number[] = [];
  try {
    for (let at = 0; at < FILE_BYTES; at += BYTES) writeSync(descriptor, bytes, 0, BYTES, at);
    fsyncSync(descriptor);
    for (let index = 0; index < SYNCS; index += 1) {
      const startMs = performance.now();
      writeSync(descriptor, bytes, 0, BYTES, (index * BYTES) % FILE_BYTES);
      fsyncSync(descriptor);
      tookMs.push(performance.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
  } finally {
    closeSync(descriptor);
  }
  return tookMs.sort((left, right) => left - right)[Math.ceil(SYNCS * 0.99) - 1] ?? 0;
}
