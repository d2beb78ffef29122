/** Observes the pods of a node through the API server. */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { ListWatch, type ListWatchCounts, noCounts } from '../../shared/api-server/list-watch.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { KnownPods } from './known-pods.ts';
import type { PodSource, PodSourceListener } from './pod-source.ts';
import { trimmedPod } from './trimmed-pod.ts';

export interface ApiServerPodsOptions {
  readonly reader: ApiServerReader;
  readonly nodeName: string;
  readonly clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export class ApiServerPods implements PodSource {
  readonly name: string;
  readonly #options: ApiServerPodsOptions;
  #watch: ListWatch<Pod | null> | undefined;

  constructor(options: ApiServerPodsOptions) {
    this.#options = options;
    this.name = options.reader.url;
  }

  start(listener: PodSourceListener): void {
    const { reader, nodeName, clock, random } = this.#options;
    const known = new KnownPods();
    let isSynced = false;
    const emit = (isNews: boolean): void => {
      if (isNews && isSynced) listener.podsChanged(known.all());
    };
    this.#watch = new ListWatch<Pod | null>({
      reader,
      path: '/api/v1/pods',
      query: { fieldSelector: `spec.nodeName=${nodeName}` },
      // Every agent lists, so the list comes from the cache; the watch delivers newer changes.
      fromCache: true,
      keep: trimmedPod,
      listener: {
        applied: (pod) => emit(pod !== null && known.put(pod)),
        removed: (pod) => emit(pod !== null && known.remove(pod)),
        problemChanged: (problem) =>
          listener.problemChanged(problem && `its pods cannot be watched: ${problem.message}`),
      },
      clock,
      random,
    });
    void this.#watch.synced.then(() => {
      isSynced = true;
      emit(true);
    });
    this.#watch.start();
  }

  counts(): ListWatchCounts {
    return this.#watch?.counts ?? noCounts();
  }

  close(): void {
    this.#watch?.close();
  }
}
