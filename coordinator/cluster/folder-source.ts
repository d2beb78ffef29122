/**
 * The cluster as a folder of manifests: reads DaemonSets and the roll from files, watches them, and
 * tells what changed. A mistake in one file never disturbs what the others declare.
 */
import { statSync } from 'node:fs';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { watchPath } from '../../shared/files/watch-path.ts';
import type { Logger } from '../../shared/logging.ts';
import type { ClusterListener, ClusterSource } from './cluster-source.ts';
import { type DaemonSetDeclaration, declareDaemonSet, declareNode, type NodeDeclaration } from './declarations.ts';
import { ManifestTracker, type Tell } from './manifest-tracker.ts';

export interface FolderSourceOptions {
  /** File or folder of DaemonSets; `null` for none. */
  readonly daemonSets: string | null;
  /** File or folder of the nodes that ought to answer; `null` for none. */
  readonly nodes: string | null;
  readonly log: Logger;
  readonly clock: Clock;
}

export class FolderSource implements ClusterSource {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #shelves: (ManifestTracker<DaemonSetDeclaration> | ManifestTracker<NodeDeclaration>)[] = [];
  readonly #stops: (() => void)[] = [];
  #reading = false;
  #closed = false;
  #toldProblems = canonicalJson([]);
  #toldUnread: string | undefined;

  constructor({ daemonSets, nodes, log, clock }: FolderSourceOptions) {
    this.#log = log;
    this.#clock = clock;
    if (daemonSets !== null) this.#shelves.push(new ManifestTracker(daemonSets, declareDaemonSet, emitDaemonSet));
    if (nodes !== null) this.#shelves.push(new ManifestTracker(nodes, declareNode, emitNode));
  }

  start(listener: ClusterListener): void {
    for (const { path } of this.#shelves) assertExists(path);
    for (const tracker of this.#shelves) {
      const onChange = () => {
        tracker.stale = true;
        void this.#readStale(listener);
      };
      this.#stops.push(watchPath({ path: tracker.path, clock: this.#clock, onChange }));
      // So that the first reading is of all of them and in their order, whichever watch speaks first.
      tracker.stale = true;
    }
    // Without any folder there is nothing to wait for.
    if (this.#shelves.length === 0) this.#stops.push(this.#clock.after(0, () => listener.synced([])));
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  counts(): Record<string, never> {
    return {};
  }

  /** One reading at a time; what changes meanwhile is read right after. */
  async #readStale(listener: ClusterListener): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    for (let tracker = this.#nextStale(); tracker !== undefined; tracker = this.#nextStale()) {
      await tracker.read();
      if (this.#closed) break;
      this.#log.debug({ path: tracker.path, problems: tracker.problems.length }, 'read manifests');
      tracker.emit(listener);
      this.#emitState(listener);
    }
    this.#reading = false;
  }

  #nextStale(): ManifestTracker<DaemonSetDeclaration> | ManifestTracker<NodeDeclaration> | undefined {
    return this.#closed ? undefined : this.#shelves.find(({ stale }) => stale);
  }

  #emitState(listener: ClusterListener): void {
    const problems = this.#shelves.flatMap((tracker) => tracker.problems);
    const problemsText = canonicalJson(problems);
    if (problemsText !== this.#toldProblems) listener.problemsChanged(problems);
    this.#toldProblems = problemsText;
    if (!this.#shelves.every(({ wasRead }) => wasRead)) return;
    const unread = this.#shelves.flatMap(({ unreadPaths }) => unreadPaths);
    const unreadText = canonicalJson(unread);
    if (unreadText !== this.#toldUnread) listener.synced(unread);
    this.#toldUnread = unreadText;
  }
}

const emitDaemonSet: Tell<DaemonSetDeclaration> = {
  applied(listener, { name: key, path: actor, source, daemonSet, findings }) {
    if (daemonSet === null) listener.daemonSetRejected({ key, source, actor, problems: findings });
    else listener.daemonSetApplied({ key, daemonSet, source, actor, warnings: findings });
    return true;
  },
  removed: (listener, { name, path }) => listener.daemonSetRemoved(name, path),
};

const emitNode: Tell<NodeDeclaration> = {
  applied(listener, { path: actor, source, facts }) {
    if (facts === null) return false;
    listener.nodeApplied({ facts, source, actor });
    return true;
  },
  removed: (listener, { name, path }) => listener.nodeRemoved(name, path),
};

/** A path that cannot be looked at when the coordinator starts is a mistake; one that vanishes later may come back. */
function assertExists(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing
      ? 'does not exist'
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new RollcallError('ARGUMENT_INVALID', `${path} ${why}; name a file or a folder of manifests.`);
  }
}
