/** The interface for observing a node: through a file or through an API server. */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';

export interface Observer {
  start(listener: ObserverListener): void;
  /** Counters of lists and watches by collection; empty if the node is read from a file. */
  counts(): Readonly<Record<string, ListWatchCounts>>;
  /** The listener is not called after that. */
  close(): void;
}

export interface ObserverListener {
  /** The current state of the node. Always the same node. Ends the last problem, if there was one. */
  observed(observation: Observation): void;
  /** The source cannot be read; the last observation remains in effect. `sentence` is one human-readable sentence. */
  problem(sentence: string): void;
}

export interface Observation {
  readonly facts: NodeFacts;
  /** All pods of the node, not only daemon pods. */
  readonly pods: readonly Pod[];
  readonly observedMs: number;
  /** Human-readable source. */
  readonly source: string;
}
