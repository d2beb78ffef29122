/** Reads what `-f`, `--nodes` and `--against` name: a file, the manifest files of a folder, or standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JSON_BYTES_MAX } from '../../shared/kubernetes/limits.ts';
import { type ReadManifests, readManifests } from '../../shared/kubernetes/read-manifests.ts';
import { UsageError } from '../mistake.ts';

const MANIFEST_NAME = /\.(ya?ml|json)$/i;
export const STDIN = '-';
const STDIN_NAME = 'standard input';

/** All sources together, in their order. @throws UsageError for what does not exist or cannot be read. */
export async function readSources(
  paths: readonly string[],
  readStdin: () => Promise<Uint8Array>,
): Promise<ReadManifests> {
  const read: ReadManifests[] = [];
  for (const path of paths) {
    if (path === STDIN) read.push(readManifests(await readStdin(), STDIN_NAME));
    else for (const file of await manifestFiles(path)) read.push(readManifests(await readBytes(file), file));
  }
  return {
    objects: read.flatMap(({ objects }) => objects),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** The file itself, or the manifest files directly in the folder, by name. */
async function manifestFiles(path: string): Promise<string[]> {
  const status = await orExplain(path, stat(path));
  if (!status.isDirectory()) return [path];
  const names = (await orExplain(path, readdir(path))).filter((name) => MANIFEST_NAME.test(name));
  if (names.length === 0) throw new UsageError(`folder ${path} holds no .yaml, .yml or .json file`);
  return names.sort().map((name) => join(path, name));
}

async function readBytes(path: string): Promise<Uint8Array> {
  const { size } = await orExplain(path, stat(path));
  // Said without reading it: the file may be larger than the memory.
  if (size > JSON_BYTES_MAX) {
    const [has, max] = [size, JSON_BYTES_MAX].map((bytes) => Math.ceil(bytes / 1024 / 1024));
    throw new UsageError(`${path} has ${has} MiB, and at most ${max} MiB are read; split it`);
  }
  return await orExplain(path, readFile(path));
}

async function orExplain<Value>(path: string, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
