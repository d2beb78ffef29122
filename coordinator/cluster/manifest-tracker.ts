/**
 * One kind of manifest from one place: remembers what was told of it, so that only differences are
 * told. Reading and telling are two steps, because a source may be closed in between.
 */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterListener } from './cluster-source.ts';
import { type Declaration, type Declare, type FolderContent, ManifestFolder } from './manifest-folder.ts';

/** How differences of one kind are told. */
export interface Tell<Kind extends Declaration> {
  /** False where nothing came of it, so that what was told before still stands. */
  applied(listener: ClusterListener, declaration: Kind): boolean;
  removed(listener: ClusterListener, declaration: Kind): void;
}

export class ManifestTracker<Kind extends Declaration> {
  readonly path: string;
  /** True from a change of the files to the next reading. */
  stale = false;
  readonly #folder: ManifestFolder<Kind>;
  readonly #emit: Tell<Kind>;
  readonly #told = new Map<string, Kind>();
  #content: FolderContent<Kind> | undefined;

  constructor(path: string, declare: Declare<Kind>, emit: Tell<Kind>) {
    this.path = path;
    this.#folder = new ManifestFolder(path, declare);
    this.#emit = emit;
  }

  get wasRead(): boolean {
    return this.#content !== undefined;
  }

  get problems(): readonly ManifestProblem[] {
    return this.#content?.problems ?? [];
  }

  get unreadPaths(): readonly string[] {
    return this.#content?.unreadPaths ?? [];
  }

  async read(): Promise<void> {
    this.stale = false;
    this.#content = await this.#folder.read();
  }

  /** Tells how what was read differs from what was told: removals first, in the order of the files. */
  emit(listener: ClusterListener): void {
    const declared = this.#content?.declared ?? new Map<string, Kind>();
    for (const [name, declaration] of this.#told) {
      if (declared.has(name)) continue;
      this.#told.delete(name);
      this.#emit.removed(listener, declaration);
    }
    for (const [name, declaration] of declared) {
      if (isSame(this.#told.get(name), declaration)) continue;
      if (this.#emit.applied(listener, declaration)) this.#told.set(name, declaration);
    }
  }
}

/** The line does not count: an edit further up in the file moves it. */
function isSame(told: Declaration | undefined, declaration: Declaration): boolean {
  return told?.digest === declaration.digest && told.path === declaration.path;
}
