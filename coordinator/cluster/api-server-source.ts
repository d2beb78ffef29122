/**
 * Reads the cluster from its API server: watches DaemonSets, nodes, ControllerRevisions and unbound pods, and emits their
 * changes. While the API server is unreachable, the last known state stays in force.
 */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { Query } from '../../shared/api-server/exchange.ts';
import {
  ListWatch,
  type ListWatchCounts,
  type ListWatchListener,
  type ListWatchProblem,
} from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { Logger } from '../../shared/logging.ts';
import type { ClusterListener, ClusterSource } from './cluster-source.ts';
import { type ControllerRevision, ControllerRevisions, toControllerRevision } from './controller-revisions.ts';
import { toUnboundPod, type UnboundPod, UnboundPods } from './unbound-pods.ts';
import { toWatchedDaemonSet, toWatchedNode, type WatchedDaemonSet, type WatchedNode } from './watched-objects.ts';

/** How long to wait for the ControllerRevision of a new template before Rollcall's own hash is used instead. */
export const REVISION_TIMEOUT_MS = 2_000;

export interface ApiServerSourceOptions {
  readonly reader: ApiServerReader;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const COLLECTIONS = {
  nodes: '/api/v1/nodes',
  daemonSets: '/apis/apps/v1/daemonsets',
  controllerRevisions: '/apis/apps/v1/controllerrevisions',
  unboundPods: '/api/v1/pods',
} as const;

/** Pods that the scheduler has not bound. */
const UNBOUND = { fieldSelector: 'spec.nodeName=' };

type Collection = keyof typeof COLLECTIONS;

/** A DaemonSet as it was last emitted. */
type Emitted = Pick<WatchedDaemonSet, 'uid' | 'generation'> & { readonly revision: string | null };

export class ApiServerSource implements ClusterSource {
  readonly #options: ApiServerSourceOptions;
  readonly #revisions = new ControllerRevisions();
  readonly #unbound = new UnboundPods();
  readonly #daemonSets = new Map<DaemonSetKey, WatchedDaemonSet>();
  readonly #keysByUid = new Map<string, DaemonSetKey>();
  readonly #emitted = new Map<DaemonSetKey, Emitted>();
  /** Cancels the wait of each DaemonSet for its ControllerRevision. */
  readonly #waiting = new Map<DaemonSetKey, () => void>();
  readonly #problems = new Map<Collection, ManifestProblem>();
  readonly #watches: Partial<Record<Collection, ListWatch<unknown>>> = {};
  #isSynced = false;
  #isClosed = false;

  constructor(options: ApiServerSourceOptions) {
    this.#options = options;
  }

  start(listener: ClusterListener): void {
    const { url } = this.#options.reader;
    this.#follow('nodes', listener, (object) => toWatchedNode(object, url), {
      applied: ({ facts, source, actor, changedMs }: WatchedNode) =>
        listener.nodeApplied({ facts, source, actor, ...(changedMs !== null && { changedMs }) }),
      removed: ({ facts }) => listener.nodeRemoved(facts.name, ''),
    });
    this.#follow('daemonSets', listener, (object) => toWatchedDaemonSet(object, url), {
      applied: (daemonSet: WatchedDaemonSet) => this.#daemonSetApplied(daemonSet, listener),
      removed: (daemonSet) => this.#daemonSetRemoved(daemonSet, listener),
    });
    this.#follow('controllerRevisions', listener, toControllerRevision, {
      applied: (revision: ControllerRevision) => this.#revisionChanged(revision, 'apply', listener),
      removed: (revision) => this.#revisionChanged(revision, 'remove', listener),
    });
    const emitUnbound = (pod: UnboundPod | null, how: 'put' | 'remove') => {
      if (pod === null) return;
      const node = this.#unbound[how](pod);
      listener.unboundPodsChanged(node, this.#unbound.of(node));
    };
    this.#follow(
      'unboundPods',
      listener,
      toUnboundPod,
      {
        applied: (pod: UnboundPod | null) => emitUnbound(pod, 'put'),
        removed: (pod) => emitUnbound(pod, 'remove'),
      },
      UNBOUND,
    );
    void this.#announceSynced(listener);
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of Object.values(this.#watches)) watch.close();
    for (const stop of this.#waiting.values()) stop();
  }

  counts(): Readonly<Record<string, ListWatchCounts>> {
    return Object.fromEntries(Object.entries(this.#watches).map(([name, watch]) => [name, watch.counts]));
  }

  #follow<Kept>(
    collection: Collection,
    listener: ClusterListener,
    keep: (object: RawObject) => Kept,
    emit: Omit<ListWatchListener<Kept>, 'problemChanged'>,
    query: Query = {},
  ): void {
    const { reader, clock, random } = this.#options;
    const problemChanged = (problem: ListWatchProblem | null) => this.#problemChanged(collection, problem, listener);
    const path = COLLECTIONS[collection];
    const watch = new ListWatch({ reader, path, query, keep, listener: { ...emit, problemChanged }, clock, random });
    this.#watches[collection] = watch;
    watch.start();
  }

  async #announceSynced(listener: ClusterListener): Promise<void> {
    // Unbound pods affect no decision, so the first sync does not wait for them.
    const { unboundPods: _, ...watches } = this.#watches;
    await Promise.all(Object.values(watches).map(({ synced }) => synced));
    if (this.#isClosed) return;
    this.#isSynced = true;
    for (const key of this.#daemonSets.keys()) this.#emitWhenNamed(key, listener, { isRetried: false });
    listener.synced([]);
  }

  #daemonSetApplied(daemonSet: WatchedDaemonSet, listener: ClusterListener): void {
    this.#daemonSets.set(daemonSet.key, daemonSet);
    this.#keysByUid.set(daemonSet.uid, daemonSet.key);
    this.#emitWhenNamed(daemonSet.key, listener);
  }

  #daemonSetRemoved({ key, uid, actor }: WatchedDaemonSet, listener: ClusterListener): void {
    this.#daemonSets.delete(key);
    this.#keysByUid.delete(uid);
    this.#emitRemoved(key, actor, listener);
  }

  #revisionChanged(revision: ControllerRevision, how: 'apply' | 'remove', listener: ClusterListener): void {
    if (revision.daemonSetUid === '') return;
    this.#revisions[how](revision);
    const key = this.#keysByUid.get(revision.daemonSetUid);
    if (key !== undefined) this.#emitWhenNamed(key, listener);
  }

  /** Emits a DaemonSet once its ControllerRevision is known, and not before all lists are complete. */
  #emitWhenNamed(key: DaemonSetKey, listener: ClusterListener, { isRetried = true } = {}): void {
    const daemonSet = this.#daemonSets.get(key);
    if (daemonSet === undefined || !this.#isSynced) return;
    if (daemonSet.isBeingDeleted) return this.#emitRemoved(key, daemonSet.actor, listener);
    const revision = this.#revisions.hashOf(daemonSet);
    if (revision === null && isRetried) return this.#wait(key, listener);
    this.#stopWaiting(key);
    const { uid, generation } = daemonSet;
    const last = this.#emitted.get(key);
    // A change of the status only is not a change of the DaemonSet.
    if (last?.uid === uid && last.generation === generation && last.revision === revision) return;
    this.#emitted.set(key, { uid, generation, revision });
    const { daemonSet: object, source, actor, changedMs, warnings } = daemonSet;
    listener.daemonSetApplied({
      key,
      daemonSet: object,
      source,
      actor,
      ...(changedMs !== null && { changedMs }),
      ...(revision !== null && { templateRevision: revision }),
      warnings,
    });
  }

  #wait(key: DaemonSetKey, listener: ClusterListener): void {
    if (this.#waiting.has(key)) return;
    const over = () => this.#emitWhenNamed(key, listener, { isRetried: false });
    this.#waiting.set(key, this.#options.clock.after(REVISION_TIMEOUT_MS, over));
  }

  #stopWaiting(key: DaemonSetKey): void {
    this.#waiting.get(key)?.();
    this.#waiting.delete(key);
  }

  #emitRemoved(key: DaemonSetKey, actor: string, listener: ClusterListener): void {
    this.#stopWaiting(key);
    if (this.#emitted.delete(key)) listener.daemonSetRemoved(key, actor);
  }

  #problemChanged(collection: Collection, problem: ListWatchProblem | null, listener: ClusterListener): void {
    const { log, reader } = this.#options;
    const before = this.#problems.get(collection);
    if (problem === null) {
      this.#problems.delete(collection);
      log.info({ collection }, 'watching the API server again');
    } else {
      const { failure, message, sinceMs } = problem;
      log.warn({ collection, failure, problem: message }, 'failed to watch the API server');
      // Emitted once per failure, because its message changes with every attempt.
      if (before?.code === failure) return;
      const since = new Date(sinceMs).toISOString();
      this.#problems.set(collection, {
        code: failure,
        fieldPath: '',
        message: `${COLLECTIONS[collection]} is not up to date since ${since}: ${message}`,
        source: reader.url,
      });
    }
    listener.problemsChanged([...this.#problems.values()]);
  }
}
