/** The interface for observing the pods of a node: through the API server or through the kubelet. */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';

export interface PodSource {
  /** Human-readable name of the source. */
  readonly name: string;
  start(listener: PodSourceListener): void;
  /** Counters of lists and watches. */
  counts(): ListWatchCounts;
  /** The listener is not called after that. */
  close(): void;
}

export interface PodSourceListener {
  /** All current pods of the node. Called when they are known for the first time and after each relevant change. */
  podsChanged(pods: readonly Pod[]): void;
  /** One sentence with the reason for which the pods are not up to date; `null` when the problem ends. */
  problemChanged(sentence: string | null): void;
}
