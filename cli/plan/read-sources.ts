/** Reads the sources of `-f`, `--nodes` and `--against`: a file, the manifest files of a directory, or standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JSON_BYTES_MAX } from '../../shared/kubernetes/manifests/limits.ts';
import { type ReadManifests, readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import { UsageError } from '../usage-error.ts';

const MANIFEST_NAME = /\.(ya?ml|json)$/i;
export const STDIN = '-';
const STDIN_NAME = 'standard input';

/** The name of a source in messages. */
export function sourceName(path: string): string {
  return path === STDIN ? STDIN_NAME : path;
}

/** The contents of one file. */
export interface Source extends ReadManifests {
  readonly name: string;
}

/** Reads each file once, even if several options specify it, because reading the dump of a large cluster takes a while. */
export class SourceReader {
  readonly #readStdin: () => Promise<Uint8Array>;
  readonly #read = new Map<string, Source>();

  constructor(readStdin: () => Promise<Uint8Array>) {
    this.#readStdin = readStdin;
  }

  /** Returns sources in the order of the paths. @throws UsageError if a path cannot be read. */
  async read(paths: readonly string[]): Promise<Source[]> {
    const sources: Source[] = [];
    for (const path of paths) {
      for (const file of path === STDIN ? [STDIN] : await manifestFiles(path)) sources.push(await this.#source(file));
    }
    return sources;
  }

  async #source(file: string): Promise<Source> {
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const name = sourceName(file);
    const bytes = file === STDIN ? await this.#readStdin() : await readBytes(file);
    const source = { name, ...readManifests(bytes, name) };
    this.#read.set(file, source);
    return source;
  }
}

/** The file itself, or the manifest files directly in the directory, sorted by name. */
async function manifestFiles(path: string): Promise<string[]> {
  const status = await orExplain(path, stat(path));
  if (!status.isDirectory()) return [path];
  const names = (await orExplain(path, readdir(path))).filter((name) => MANIFEST_NAME.test(name));
  if (names.length === 0) throw new UsageError(`directory ${path} contains no .yaml, .yml or .json file`);
  return names.sort().map((name) => join(path, name));
}

async function readBytes(path: string): Promise<Uint8Array> {
  const { size } = await orExplain(path, stat(path));
  // Checked before reading, because the file may not fit into memory.
  if (size > JSON_BYTES_MAX) {
    const [actual, max] = [size, JSON_BYTES_MAX].map((bytes) => Math.ceil(bytes / 1024 / 1024));
    throw new UsageError(`${path} is ${actual} MiB, which exceeds the limit of ${max} MiB; split the file`);
  }
  return orExplain(path, readFile(path));
}

async function orExplain<Value>(path: string, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
