/**
 * Reads the cluster from folders of manifests: reads DaemonSets and nodes from files, watches the files, and emits changes.
 * An invalid file does not affect what the other files declare.
 */
import { statSync } from 'node:fs';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { watchPath } from '../../shared/files/watch-path.ts';
import type { Logger } from '../../shared/logging.ts';
import type { ClusterListener, ClusterSource } from './cluster-source.ts';
import { type DaemonSetDeclaration, declareDaemonSet, declareNode, type NodeDeclaration } from './declarations.ts';
import { type Emitter, ManifestTracker } from './manifest-tracker.ts';

export interface FolderSourceOptions {
  /** File or folder of DaemonSets; `null` without DaemonSets. */
  readonly daemonSets: string | null;
  /** File or folder of the nodes in the inventory; `null` without an inventory. */
  readonly nodes: string | null;
  readonly log: Logger;
  readonly clock: Clock;
}

export class FolderSource implements ClusterSource {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #trackers: (ManifestTracker<DaemonSetDeclaration> | ManifestTracker<NodeDeclaration>)[] = [];
  readonly #stops: (() => void)[] = [];
  #isReading = false;
  #isClosed = false;
  #emittedProblems = canonicalJson([]);
  #emittedUnread: string | undefined;

  constructor({ daemonSets, nodes, log, clock }: FolderSourceOptions) {
    this.#log = log;
    this.#clock = clock;
    if (daemonSets !== null) this.#trackers.push(new ManifestTracker(daemonSets, declareDaemonSet, emitDaemonSet));
    if (nodes !== null) this.#trackers.push(new ManifestTracker(nodes, declareNode, emitNode));
  }

  start(listener: ClusterListener): void {
    for (const { path } of this.#trackers) assertExists(path);
    for (const tracker of this.#trackers) {
      const onChange = () => {
        tracker.stale = true;
        void this.#readStale(listener);
      };
      this.#stops.push(watchPath({ path: tracker.path, clock: this.#clock, onChange }));
      // The first read covers all trackers in their order, regardless of which watch fires first.
      tracker.stale = true;
    }
    // Without folders there is nothing to read.
    if (this.#trackers.length === 0) this.#stops.push(this.#clock.after(0, () => listener.synced([])));
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
  }

  counts(): Record<string, never> {
    return {};
  }

  /** Reads one tracker at a time; changes during a read are read next. */
  async #readStale(listener: ClusterListener): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    for (let tracker = this.#nextStale(); tracker !== undefined; tracker = this.#nextStale()) {
      await tracker.read();
      if (this.#isClosed) break;
      this.#log.debug({ path: tracker.path, problems: tracker.problems.length }, 'read manifests');
      tracker.emit(listener);
      this.#emitState(listener);
    }
    this.#isReading = false;
  }

  #nextStale(): ManifestTracker<DaemonSetDeclaration> | ManifestTracker<NodeDeclaration> | undefined {
    return this.#isClosed ? undefined : this.#trackers.find(({ stale }) => stale);
  }

  #emitState(listener: ClusterListener): void {
    const problems = this.#trackers.flatMap((tracker) => tracker.problems);
    const problemsText = canonicalJson(problems);
    if (problemsText !== this.#emittedProblems) listener.problemsChanged(problems);
    this.#emittedProblems = problemsText;
    if (!this.#trackers.every(({ wasRead }) => wasRead)) return;
    const unread = this.#trackers.flatMap(({ unreadPaths }) => unreadPaths);
    const unreadText = canonicalJson(unread);
    if (unreadText !== this.#emittedUnread) listener.synced(unread);
    this.#emittedUnread = unreadText;
  }
}

const emitDaemonSet: Emitter<DaemonSetDeclaration> = {
  applied(listener, { name: key, path: actor, source, daemonSet, findings }) {
    if (daemonSet === null) listener.daemonSetRejected({ key, source, actor, problems: findings });
    else listener.daemonSetApplied({ key, daemonSet, source, actor, warnings: findings });
    return true;
  },
  removed: (listener, { name, path }) => listener.daemonSetRemoved(name, path),
};

const emitNode: Emitter<NodeDeclaration> = {
  applied(listener, { path: actor, source, facts }) {
    if (facts === null) return false;
    listener.nodeApplied({ facts, source, actor });
    return true;
  },
  removed: (listener, { name, path }) => listener.nodeRemoved(name, path),
};

/** A path that is missing at the start is an invalid setting; a path that disappears later may come back. */
function assertExists(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing
      ? 'does not exist'
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new RollcallError('ARGUMENT_INVALID', `${path} ${why}; set a file or folder of manifests.`);
  }
}
