/**
 * Tracks one kind of manifest at one path: remembers what was emitted, so that only changes are emitted. Reading and
 * emitting are separate steps, because the source may be closed in between.
 */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterListener } from './cluster-source.ts';
import { type Declaration, type Declare, type FolderContent, ManifestFolder } from './manifest-folder.ts';

/** Emits changes of one kind of object. */
export interface Emitter<Kind extends Declaration> {
  /** Returns false if nothing was emitted, so that the previous version stays in force. */
  applied(listener: ClusterListener, declaration: Kind): boolean;
  removed(listener: ClusterListener, declaration: Kind): void;
}

export class ManifestTracker<Kind extends Declaration> {
  readonly path: string;
  /** Whether the files have changed since they were last read. */
  stale = false;
  readonly #folder: ManifestFolder<Kind>;
  readonly #emit: Emitter<Kind>;
  readonly #emitted = new Map<string, Kind>();
  #content: FolderContent<Kind> | undefined;

  constructor(path: string, declare: Declare<Kind>, emit: Emitter<Kind>) {
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

  /** Emits the changes since the last call: removals first, then additions and updates in the order of the files. */
  emit(listener: ClusterListener): void {
    const declared = this.#content?.declared ?? new Map<string, Kind>();
    for (const [name, declaration] of this.#emitted) {
      if (declared.has(name)) continue;
      this.#emitted.delete(name);
      this.#emit.removed(listener, declaration);
    }
    for (const [name, declaration] of declared) {
      if (isSame(this.#emitted.get(name), declaration)) continue;
      if (this.#emit.applied(listener, declaration)) this.#emitted.set(name, declaration);
    }
  }
}

/** Ignores the line number, which changes with every edit further up in the file. */
function isSame(emitted: Declaration | undefined, declaration: Declaration): boolean {
  return emitted?.digest === declaration.digest && emitted.path === declaration.path;
}
