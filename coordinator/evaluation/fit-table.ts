/**
 * Computes on demand whether daemon pods fit on nodes, and caches the result per node until its facts or usage change. It
 * never affects a placement.
 */
import { type Fit, fitOn } from '../../shared/fit/fit.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { FitResult } from '../../shared/model/fit-result.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { NodeUsage } from '../../shared/model/node-usage.ts';
import type { NodeRecord, NodeStore } from './node-store.ts';
import type { PlacementTable } from './placement-table.ts';

/** The result for one node, valid while its facts and usage are these. */
interface NodeFit {
  readonly facts: NodeFacts | undefined;
  readonly usage: NodeUsage | null;
  readonly fit: Fit;
}

const UNKNOWN_NODE_FIT = fitOn({ allocatable: {}, usage: null });

export class FitTable {
  readonly #table: PlacementTable;
  readonly #nodes: NodeStore;
  readonly #cache = new WeakMap<NodeRecord, NodeFit>();

  constructor(table: PlacementTable, nodes: NodeStore) {
    this.#table = table;
    this.#nodes = nodes;
  }

  /** Unknown for an unknown node or DaemonSet. */
  fit(node: string, daemonSet: DaemonSetKey): FitResult {
    return this.onNode(node)(daemonSet);
  }

  /** The same for many DaemonSets on one node, which is looked up only once. Valid until the next change. */
  onNode(node: string): (daemonSet: DaemonSetKey) => FitResult {
    const fit = this.#fitOn(node);
    return (daemonSet) => fit(daemonSet, this.#table.daemonSet(daemonSet)?.record.needs ?? null);
  }

  #fitOn(node: string): Fit {
    const record = this.#nodes.get(node);
    if (record === undefined) return UNKNOWN_NODE_FIT;
    const [known, facts, { usage }] = [this.#cache.get(record), this.#table.facts(node), record];
    if (known !== undefined && known.facts === facts && known.usage === usage) return known.fit;
    const fit = fitOn({ allocatable: facts?.allocatable ?? {}, usage });
    this.#cache.set(record, { facts, usage, fit });
    return fit;
  }
}
