/** The interface behind which the agent sees its node: today a file, and an API server behind the same words. */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';

export interface Observer {
  start(listener: ObserverListener): void;
  /** What was listed and watched, by collection; nothing where the node is a file. */
  counts(): Readonly<Record<string, ListWatchCounts>>;
  /** Nothing is told after it. */
  close(): void;
}

export interface ObserverListener {
  /** The node as it is now. Always of the same node, and it ends the problem told before, if any. */
  observed(observation: Observation): void;
  /** The source cannot be read for now; what was observed last stays. One sentence for people. */
  problem(sentence: string): void;
}

export interface Observation {
  readonly facts: NodeFacts;
  /** All pods of the node that the source names, not only daemon pods. */
  readonly pods: readonly Pod[];
  readonly observedMs: number;
  /** Where it was read, for people. */
  readonly source: string;
}
