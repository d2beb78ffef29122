/**
 * Watches what the coordinator owns: DaemonSets with their whole template, pods and ControllerRevisions. The template stays in memory
 * only; it is never recorded (docs/invariants.md, 11).
 */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { ListWatch, type ListWatchListener, type ListWatchProblem } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Logger } from '../../shared/logging.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';
import type { ForeignWriter } from './foreign-writer.ts';
import { isDaemonPodOrOrphan, toOwnedPod } from './owned-pod.ts';
import { OwnedPods } from './owned-pods.ts';

export interface OwnedObjectsOptions {
  readonly reader: ApiServerReader;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether the DaemonSets of this namespace are left alone. */
  readonly isExcluded: (namespace: string) => boolean;
  /** What the DaemonSet's plan depends on has changed. */
  readonly changed: (key: DaemonSetKey) => void;
  /** `null` with a dry run, where another controller acts. */
  readonly foreign: ForeignWriter | null;
}

const COLLECTIONS = {
  daemonSets: '/apis/apps/v1/daemonsets',
  pods: '/api/v1/pods',
  controllerRevisions: '/apis/apps/v1/controllerrevisions',
} as const;

type OwnedCollection = keyof typeof COLLECTIONS;

export class OwnedObjects {
  readonly pods: OwnedPods;
  readonly #options: OwnedObjectsOptions;
  readonly #daemonSets = new Map<DaemonSetKey, RawObject>();
  readonly #keysByUid = new Map<string, DaemonSetKey>();
  /** By namespace and then by name: any DaemonSet of the namespace may adopt one. */
  readonly #revisions = new Map<string, Map<string, RawObject>>();
  readonly #watches: Partial<Record<OwnedCollection, ListWatch<unknown>>> = {};

  constructor(options: OwnedObjectsOptions) {
    this.#options = options;
    this.pods = new OwnedPods((namespace, controllerUids) => this.#podsChanged(namespace, controllerUids));
  }

  /** Starts the watches; resolves when all have been listed once. */
  async start(): Promise<void> {
    this.#follow('daemonSets', (object) => object, {
      applied: (object) => this.#daemonSetApplied(object),
      removed: (object) => this.#daemonSetRemoved(object),
    });
    const keepPod = (object: RawObject) => (isDaemonPodOrOrphan(object) ? toOwnedPod(object) : null);
    this.#follow('pods', keepPod, {
      applied: (pod) => this.#podApplied(pod),
      removed: (pod) => this.#podRemoved(pod),
    });
    this.#follow('controllerRevisions', (object) => object, {
      applied: (object) => this.#revisionApplied(object),
      removed: (object) => this.#revisionRemoved(object),
    });
    await Promise.all(Object.values(this.#watches).map(({ synced }) => synced));
  }

  close(): void {
    for (const watch of Object.values(this.#watches)) watch.close();
  }

  /** How long the watch that has been silent the longest has shown nothing, of DaemonSets and pods. */
  get silentMs(): number {
    const { daemonSets, pods } = this.#watches;
    return Math.max(daemonSets?.silentMs ?? Number.POSITIVE_INFINITY, pods?.silentMs ?? Number.POSITIVE_INFINITY);
  }

  /** The DaemonSet as the API server returned it. */
  daemonSet(key: DaemonSetKey): RawObject | undefined {
    return this.#daemonSets.get(key);
  }

  daemonSetKeys(): DaemonSetKey[] {
    return [...this.#daemonSets.keys()];
  }

  /** All ControllerRevisions of the namespace. */
  revisionsIn(namespace: string): RawObject[] {
    return [...(this.#revisions.get(namespace)?.values() ?? [])];
  }

  /** The API server stored this DaemonSet in response to a write of its status. */
  daemonSetWritten(object: RawObject): void {
    this.#daemonSets.set(keyOf(object), object);
  }

  /** The API server stored this ControllerRevision in response to a write. */
  revisionWritten(object: RawObject): void {
    this.#revisionApplied(object);
  }

  #follow<Kept>(
    collection: OwnedCollection,
    keep: (object: RawObject) => Kept,
    emit: Omit<ListWatchListener<Kept>, 'problemChanged'>,
  ): void {
    const { reader, clock, random, log } = this.#options;
    const problemChanged = (problem: ListWatchProblem | null) => {
      if (problem === null) log.info({ collection }, 'watching the owned objects again');
      else
        log.warn({ collection, failure: problem.failure, problem: problem.message }, 'failed to watch owned objects');
    };
    const path = COLLECTIONS[collection];
    const watch = new ListWatch({ reader, path, keep, listener: { ...emit, problemChanged }, clock, random });
    this.#watches[collection] = watch;
    watch.start();
  }

  #daemonSetApplied(object: RawObject): void {
    const key = keyOf(object);
    const { managedFields: _, ...metadata } = object.metadata;
    this.#daemonSets.set(key, { ...object, metadata });
    this.#keysByUid.set(metadata.uid ?? '', key);
    if (!this.#isExcluded(key)) this.#options.foreign?.daemonSetSeen(object);
    this.#changed(key);
  }

  #daemonSetRemoved(object: RawObject): void {
    const key = keyOf(object);
    this.#daemonSets.delete(key);
    this.#keysByUid.delete(object.metadata.uid ?? '');
    this.#options.foreign?.daemonSetRemoved(object);
    this.#changed(key);
  }

  #podApplied(pod: OwnedPod | null): void {
    if (pod === null) return;
    const key = this.#keysByUid.get(pod.controllerUid);
    if (pod.controllerUid === '') this.#options.foreign?.orphanSeen(pod);
    else if (key !== undefined && !this.#isExcluded(key)) this.#options.foreign?.podSeen(pod);
    this.pods.applied(pod);
  }

  #podRemoved(pod: OwnedPod | null): void {
    if (pod === null) return;
    this.#options.foreign?.podRemoved(pod);
    this.pods.removed(pod);
  }

  #podsChanged(namespace: string, controllerUids: readonly string[]): void {
    for (const uid of new Set(controllerUids)) {
      const key = this.#keysByUid.get(uid);
      if (uid === '') this.#namespaceChanged(namespace);
      else if (key !== undefined) this.#changed(key);
    }
  }

  #revisionApplied(object: RawObject): void {
    const { namespace = '', name } = object.metadata;
    const revisions = this.#revisions.get(namespace) ?? new Map<string, RawObject>();
    revisions.set(name, object);
    this.#revisions.set(namespace, revisions);
    this.#namespaceChanged(namespace);
  }

  #revisionRemoved({ metadata: { namespace = '', name } }: RawObject): void {
    this.#revisions.get(namespace)?.delete(name);
    this.#namespaceChanged(namespace);
  }

  #namespaceChanged(namespace: string): void {
    for (const key of this.#daemonSets.keys()) if (key.startsWith(`${namespace}/`)) this.#changed(key);
  }

  #changed(key: DaemonSetKey): void {
    if (!this.#isExcluded(key)) this.#options.changed(key);
  }

  #isExcluded(key: DaemonSetKey): boolean {
    return this.#options.isExcluded(key.slice(0, key.indexOf('/')));
  }
}

function keyOf({ metadata: { namespace = '', name } }: RawObject): DaemonSetKey {
  return `${namespace}/${name}`;
}
