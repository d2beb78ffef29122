/**
 * Whether daemon pods have room on nodes: worked out when asked, and again only where what it rests on
 * changed. It never changes a placement.
 */
import { type Fit, fitOn } from '../../shared/fit/fit.ts';
import type { FitResult } from '../../shared/fit/fit-result.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { NodeUsage } from '../../shared/model/node-usage.ts';
import type { NodeRecord, NodeStore } from './node-store.ts';
import type { PlacementTable } from './placement-table.ts';

/** Of one node, good for as long as its facts and usage are these. */
interface NodeFit {
  readonly facts: NodeFacts | undefined;
  readonly usage: NodeUsage | null;
  readonly fit: Fit;
}

const OF_NOBODY = fitOn({ allocatable: {}, usage: null });

export class FitTable {
  readonly #table: PlacementTable;
  readonly #nodes: NodeStore;
  readonly #known = new WeakMap<NodeRecord, NodeFit>();

  constructor(table: PlacementTable, nodes: NodeStore) {
    this.#table = table;
    this.#nodes = nodes;
  }

  /** Not known for a node or a DaemonSet that is not known. */
  fit(node: string, daemonSet: DaemonSetKey): FitResult {
    return this.onNode(node)(daemonSet);
  }

  /** The same for whoever asks about many DaemonSets of a node, within one turn: what is known of the node is looked up once. */
  onNode(node: string): (daemonSet: DaemonSetKey) => FitResult {
    const fit = this.#fitOn(node);
    return (daemonSet) => fit(daemonSet, this.#table.daemonSet(daemonSet)?.record.needs ?? null);
  }

  #fitOn(node: string): Fit {
    const record = this.#nodes.get(node);
    if (record === undefined) return OF_NOBODY;
    const [known, facts, { usage }] = [this.#known.get(record), this.#table.facts(node), record];
    if (known !== undefined && known.facts === facts && known.usage === usage) return known.fit;
    const fit = fitOn({ allocatable: facts?.allocatable ?? {}, usage });
    this.#known.set(record, { facts, usage, fit });
    return fit;
  }
}
