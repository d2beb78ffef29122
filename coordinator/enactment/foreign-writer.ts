/**
 * Detects that another controller acts on the same DaemonSets, from what the watches show: it observes a generation that this
 * coordinator has not written, or it creates daemon pods. Everything is announced here before it is written, because a watch can be
 * faster than a response.
 */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { FOREIGN_PODS_MIN } from '../limits.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';
import { statusOf } from './owned-daemon-set.ts';

export interface ForeignWriterOptions {
  /** Called once, with a sentence. */
  readonly found: (what: string) => void;
}

export class ForeignWriter {
  readonly #found: (what: string) => void;
  /** The highest generation that was observed before the start or that this coordinator writes, by the uid of the DaemonSet. */
  readonly #observed = new Map<string, number>();
  /** The pods that were known before the start, and those that this coordinator creates, as `namespace/name`. */
  readonly #pods = new Set<string>();
  readonly #foreignPods = new Set<string>();
  #isStarted = false;
  #isFound = false;

  constructor({ found }: ForeignWriterOptions) {
    this.#found = found;
  }

  /** From now on, what is new and was not announced is by another writer. `pods`: all that exist. */
  start(pods: Iterable<OwnedPod>): void {
    for (const { namespace, name } of pods) this.#pods.add(`${namespace}/${name}`);
    this.#isStarted = true;
  }

  /** This coordinator is about to write the status of the DaemonSet. */
  writesStatus(uid: string, observedGeneration: number): void {
    this.#observed.set(uid, Math.max(this.#observed.get(uid) ?? 0, observedGeneration));
  }

  /** This coordinator is about to create the pod. */
  createsPod(namespace: string, name: string): void {
    this.#pods.add(`${namespace}/${name}`);
  }

  daemonSetSeen(raw: RawObject): void {
    const { uid = '', namespace = '', name } = raw.metadata;
    const { observedGeneration } = statusOf(raw);
    const known = this.#observed.get(uid) ?? 0;
    if (observedGeneration <= known) return;
    this.#observed.set(uid, observedGeneration);
    if (this.#isStarted) this.#report(`observed generation ${observedGeneration} of DaemonSet ${namespace}/${name}`);
  }

  daemonSetRemoved({ metadata: { uid = '' } }: RawObject): void {
    this.#observed.delete(uid);
  }

  /** A pod that a DaemonSet controls. */
  podSeen({ namespace, name, controllerUid, hasGeneratedName }: OwnedPod): void {
    const key = `${namespace}/${name}`;
    if (controllerUid === '' || this.#pods.has(key)) return;
    this.#pods.add(key);
    // People name the pods that they create.
    if (!this.#isStarted || !hasGeneratedName) return;
    this.#foreignPods.add(key);
    if (this.#foreignPods.size >= FOREIGN_PODS_MIN)
      this.#report(`created the pods ${[...this.#foreignPods].join(' and ')}`);
  }

  /** An orphan that is known, so that its adoption is not taken for a creation. */
  orphanSeen({ namespace, name }: OwnedPod): void {
    this.#pods.add(`${namespace}/${name}`);
  }

  podRemoved({ namespace, name }: OwnedPod): void {
    this.#pods.delete(`${namespace}/${name}`);
  }

  #report(what: string): void {
    if (this.#isFound) return;
    this.#isFound = true;
    this.#found(`another DaemonSet controller ${what}`);
  }
}
