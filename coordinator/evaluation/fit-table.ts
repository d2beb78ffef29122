/**
 * Whether daemon pods have room on nodes: worked out when asked, and again only where what it rests on
 * changed. It never changes a placement.
 */
import { fit } from '../../shared/fit/fit.ts';
import type { FitResult, NodeUsage } from '../../shared/fit/types.ts';
import type { DaemonSetKey, NodeFacts } from '../../shared/roll/model.ts';
import type { DaemonSetRecord } from '../journal/events.ts';
import type { NodeRecord, NodeRegister } from './node-register.ts';
import type { PlacementTable } from './placement-table.ts';

/** Results of one node, good for as long as its facts and usage are these. */
interface NodeFits {
  readonly facts: NodeFacts | undefined;
  readonly usage: NodeUsage | null;
  readonly results: Map<DaemonSetRecord, FitResult>;
}

export class FitTable {
  readonly #table: PlacementTable;
  readonly #nodes: NodeRegister;
  readonly #known = new WeakMap<NodeRecord, NodeFits>();

  constructor(table: PlacementTable, nodes: NodeRegister) {
    this.#table = table;
    this.#nodes = nodes;
  }

  /** Not known for a node or a DaemonSet that is not known. */
  fit(node: string, daemonSet: DaemonSetKey): FitResult {
    return this.onNode(node)(daemonSet);
  }

  /** The same for whoever asks about many DaemonSets of a node, within one turn: what is known of the node is looked up once. */
  onNode(node: string): (daemonSet: DaemonSetKey) => FitResult {
    const fits = this.#fitsOf(node);
    return (daemonSet) => {
      const record = this.#table.daemonSet(daemonSet)?.record;
      if (record === undefined || fits === null) return fit({ daemonSet, needs: null, allocatable: {}, usage: null });
      const known = fits.results.get(record);
      if (known !== undefined) return known;
      const { facts, usage, results } = fits;
      const result = fit({ daemonSet, needs: record.needs, allocatable: facts?.allocatable ?? {}, usage });
      results.set(record, result);
      return result;
    };
  }

  #fitsOf(node: string): NodeFits | null {
    const record = this.#nodes.get(node);
    if (record === undefined) return null;
    const [known, facts, { usage }] = [this.#known.get(record), this.#table.facts(node), record];
    if (known !== undefined && known.facts === facts && known.usage === usage) return known;
    const fits = { facts, usage, results: new Map<DaemonSetRecord, FitResult>() };
    this.#known.set(record, fits);
    return fits;
  }
}
