/** Reads pods from the API server whose last write the watch has not shown for too long, so that a lost event stops no DaemonSet. */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { rawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import { UNOBSERVED_WRITE_MS } from '../limits.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';
import type { LiveReader } from './live-reader.ts';
import { podPath } from './object-paths.ts';
import { toOwnedPod } from './owned-pod.ts';
import type { OwnedPods } from './owned-pods.ts';

export class UnobservedWrites {
  readonly #pods: OwnedPods;
  readonly #reader: LiveReader;
  readonly #clock: Clock;
  #cancelNext: () => void = () => {};
  #isStopped = false;

  constructor(pods: OwnedPods, reader: LiveReader, clock: Clock) {
    this.#pods = pods;
    this.#reader = reader;
    this.#clock = clock;
  }

  start(): void {
    this.#cancelNext = this.#clock.after(UNOBSERVED_WRITE_MS, () => void this.#check());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelNext();
  }

  async #check(): Promise<void> {
    for (const pod of this.#pods.overdue(this.#clock.nowMs() - UNOBSERVED_WRITE_MS)) {
      const live = await this.#read(pod);
      if (live !== undefined && !this.#isStopped) this.#pods.confirmed(pod, live);
    }
    if (!this.#isStopped) this.start();
  }

  /** `null` if it does not exist; `undefined` while the API server does not answer. */
  async #read({ namespace, name, uid }: OwnedPod): Promise<OwnedPod | null | undefined> {
    try {
      const live = toOwnedPod(rawObject(await this.#reader.get(podPath(namespace, name))));
      return live.uid === uid ? live : null;
    } catch (error) {
      if (!(error instanceof ApiServerError)) throw error;
      return error.failure === 'missing' ? null : undefined;
    }
  }
}
