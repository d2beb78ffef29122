/** Where a node's pods are seen: the API server, or the node's own kubelet. */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';

export interface PodSource {
  /** Where it looks, for people. */
  readonly name: string;
  start(listener: PodSourceListener): void;
  /** What was listed and watched. */
  counts(): ListWatchCounts;
  /** Nothing is told after it. */
  close(): void;
}

export interface PodSourceListener {
  /** All pods of the node as they are now, told once they are known and whenever what matters of one changed. */
  podsChanged(pods: readonly Pod[]): void;
  /** What keeps the pods from being up to date, in one sentence; `null` once it is over. */
  problemChanged(sentence: string | null): void;
}
