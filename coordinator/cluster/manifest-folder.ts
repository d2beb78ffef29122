/**
 * Reads a file of manifests, or all manifest files of a folder, and returns the objects that they declare. If a file cannot
 * be read for the moment, its last known objects are kept.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JSON_BYTES_MAX } from '../../shared/kubernetes/manifests/limits.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import {
  type ManifestObject,
  type ReadManifests,
  readManifests,
} from '../../shared/kubernetes/manifests/read-manifests.ts';

const MANIFEST_NAME = /\.(ya?ml|json)$/i;

/** An object that a file declares, with a unique name. */
export interface Declaration {
  readonly name: string;
  /** The file. */
  readonly path: string;
  /** `file:line`. */
  readonly source: string;
  /** Equal for equal objects. */
  readonly digest: string;
}

/** The result for one object of a manifest; `declared` is `null` if the object cannot be used, and `problems` say why. */
export interface Outcome<Kind extends Declaration> {
  readonly declared: Kind | null;
  readonly problems: readonly ManifestProblem[];
  /** The name of an object that cannot be used; empty if it has none. */
  readonly name?: string;
}

export type Declare<Kind extends Declaration> = (object: ManifestObject, path: string) => Outcome<Kind>;

export interface FolderContent<Kind extends Declaration> {
  /** By name, in the order of the files. */
  readonly declared: ReadonlyMap<string, Kind>;
  readonly problems: readonly ManifestProblem[];
  /** Files that could not be read completely; their last known objects are still in `declared`. */
  readonly unreadPaths: readonly string[];
}

interface FileContent<Kind extends Declaration> {
  readonly path: string;
  readonly bytesDigest: string;
  readonly declared: readonly Kind[];
  readonly problems: readonly ManifestProblem[];
  readonly unread: boolean;
}

export class ManifestFolder<Kind extends Declaration> {
  readonly #path: string;
  readonly #declare: Declare<Kind>;
  #files: ReadonlyMap<string, FileContent<Kind>> = new Map();

  constructor(path: string, declare: Declare<Kind>) {
    this.#path = path;
    this.#declare = declare;
  }

  /** Reads all files; a file with unchanged content is not parsed again. */
  async read(): Promise<FolderContent<Kind>> {
    const listed = await manifestPaths(this.#path);
    if ('problem' in listed) {
      const { declared, problems } = firstOfEachName([...this.#files.values()]);
      return { declared, problems: [listed.problem, ...problems], unreadPaths: [this.#path] };
    }
    const files = new Map<string, FileContent<Kind>>();
    for (const path of listed.paths) files.set(path, await this.#readFile(path, this.#files.get(path)));
    this.#files = files;
    const contents = [...files.values()];
    return {
      ...firstOfEachName(contents),
      unreadPaths: contents.filter(({ unread }) => unread).map(({ path }) => path),
    };
  }

  async #readFile(path: string, before: FileContent<Kind> | undefined): Promise<FileContent<Kind>> {
    const { bytes, problem } = await readBytes(path);
    const bytesDigest = bytes === null ? '' : createHash('sha256').update(bytes).digest('hex');
    if (before !== undefined && bytes !== null && before.bytesDigest === bytesDigest) return before;
    const read: ReadManifests = bytes === null ? { objects: [], problems: [problem] } : readManifests(bytes, path);
    const outcomes = read.objects.map((object) => this.#declare(object, path));
    const declared = outcomes.map((outcome) => outcome.declared).filter((one) => one !== null);
    const earlier = notAmong(declared, before?.declared ?? []);
    const isEmptied = read.objects.length === 0 && read.problems.length === 0 && earlier.length > 0;
    const unread = read.problems.length > 0 || isEmptied;
    return {
      path,
      bytesDigest,
      declared: [...declared, ...(unread ? earlier : previousOfFailed(outcomes, earlier))],
      problems: [
        ...read.problems,
        ...(isEmptied ? [emptied(path)] : []),
        ...outcomes.flatMap(({ problems }) => problems),
      ],
      unread,
    };
  }
}

/** The objects that an unreadable document may still declare: all that its file declared before. */
function notAmong<Kind extends Declaration>(declared: readonly Kind[], before: readonly Kind[]): Kind[] {
  const names = new Set(declared.map(({ name }) => name));
  return before.filter(({ name }) => !names.has(name));
}

/** The previous versions of objects that cannot be used now, such as one with a misspelt kind. */
function previousOfFailed<Kind extends Declaration>(
  outcomes: readonly Outcome<Kind>[],
  earlier: readonly Kind[],
): Kind[] {
  const failed = outcomes.filter(({ declared, problems }) => declared === null && problems.length > 0);
  if (failed.some(({ name = '' }) => name === '')) return [...earlier];
  const names = new Set(failed.map(({ name }) => name));
  return earlier.filter(({ name }) => names.has(name));
}

/** An editor may truncate a file before it writes it, so only deleting the file removes its objects. */
function emptied(path: string): ManifestProblem {
  const message = 'The file is empty, and its last known objects stay in force. Delete the file to remove them.';
  return { code: 'Empty', fieldPath: '', message, source: path };
}

/** The first of two objects with the same name is in force, so that a new file never replaces an object silently. */
function firstOfEachName<Kind extends Declaration>(
  files: readonly FileContent<Kind>[],
): { declared: Map<string, Kind>; problems: ManifestProblem[] } {
  const declared = new Map<string, Kind>();
  const problems: ManifestProblem[] = [];
  for (const file of files) {
    problems.push(...file.problems);
    for (const declaration of file.declared) {
      const first = declared.get(declaration.name);
      if (first === undefined) declared.set(declaration.name, declaration);
      else problems.push(duplicateOf(first, declaration));
    }
  }
  return { declared, problems };
}

function duplicateOf(first: Declaration, { name, source }: Declaration): ManifestProblem {
  return {
    code: 'Duplicate',
    fieldPath: 'metadata.name',
    message: `${name} at ${source} is ignored, because ${first.source} declares the same name. Remove one of the two.`,
    source,
  };
}

async function manifestPaths(path: string): Promise<{ paths: string[] } | { problem: ManifestProblem }> {
  try {
    const status = await stat(path);
    if (!status.isDirectory()) return { paths: [path] };
    const names = await readdir(path);
    const paths = names.filter((name) => MANIFEST_NAME.test(name) && !name.startsWith('.'));
    return { paths: paths.sort().map((name) => join(path, name)) };
  } catch (error) {
    return { problem: unreadable(path, error) };
  }
}

type Bytes =
  | { readonly bytes: Uint8Array; readonly problem?: never }
  | { readonly bytes: null; readonly problem: ManifestProblem };

async function readBytes(path: string): Promise<Bytes> {
  try {
    const status = await stat(path);
    if (!status.isFile()) return { bytes: null, problem: unreadable(path, 'not a file') };
    if (status.size > JSON_BYTES_MAX) return { bytes: null, problem: tooLarge(path, status.size) };
    return { bytes: await readFile(path) };
  } catch (error) {
    return { bytes: null, problem: unreadable(path, error) };
  }
}

/** Checked without reading the file, which may be larger than the memory. */
function tooLarge(path: string, size: number): ManifestProblem {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  const message = `${path} has ${mebibytes(size)} MiB, and the maximum is ${mebibytes(JSON_BYTES_MAX)} MiB. Split the file.`;
  return { code: 'TooLarge', fieldPath: '', message, source: path };
}

function unreadable(path: string, error: unknown): ManifestProblem {
  const why = typeof error === 'string' ? error : reasonOf(error);
  const message = `${path} cannot be read (${why}), and its last known objects stay in force.`;
  return { code: 'Unreadable', fieldPath: '', message, source: path };
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
