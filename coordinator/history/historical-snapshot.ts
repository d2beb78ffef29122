/** The cluster at a revision, read from the journal, without what only a running coordinator knew. */
import { tallyOf } from '../../shared/answers/counts.ts';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { PlacedDaemonSet } from '../../shared/model/daemon-set-record.ts';
import { nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { Tally } from '../../shared/model/tally.ts';
import { compilePlacement } from '../../shared/placement/index.ts';
import { placementWarnings } from '../../shared/placement/placement-warnings.ts';
import type { DaemonSetAt, DriftAt } from '../journal/read/historical-state.ts';
import type { JournalHistory } from '../journal/read/journal-history.ts';
import { HistoricalNode, type NodeReader } from './historical-node.ts';

/** What was read for one revision and may be read again. Nodes are many and large, and therefore not cached. */
export interface SnapshotCache {
  names?: Promise<readonly string[]>;
  daemonSets?: Promise<ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>>;
  drifts?: Promise<ReadonlyMap<string, readonly DriftAt[]>>;
  tally?: Promise<Tally>;
}

type SnapshotPast = Pick<JournalHistory, 'nodeNamesAt' | 'nodesAt' | 'daemonSetsAt' | 'driftsAt'>;

/** Reads the journal on the calling thread. */
export interface SnapshotReader {
  readonly history: SnapshotPast;
  readonly nodes: NodeReader;
  readonly scheduler: CooperativeScheduler;
}

export class HistoricalSnapshot implements ClusterSnapshot {
  readonly asOf: AsOf;
  readonly isSynced = true;
  readonly #history: SnapshotPast;
  readonly #nodes: NodeReader;
  readonly #scheduler: CooperativeScheduler;
  readonly #cache: SnapshotCache;

  /** `cache`: of the same revision. */
  constructor({ history, nodes, scheduler }: SnapshotReader, asOf: AsOf, cache: SnapshotCache) {
    this.#history = history;
    this.#nodes = nodes;
    this.#scheduler = scheduler;
    this.asOf = asOf;
    this.#cache = cache;
  }

  nodeNames(): Promise<readonly string[]> {
    return this.#once('names', () => this.#history.nodeNamesAt(this.asOf.revision));
  }

  async *nodes(names: readonly string[]): AsyncGenerator<NodeSnapshot> {
    const { revision } = this.asOf;
    const daemonSets = await this.daemonSets();
    const drifts = await this.drifts();
    for await (const name of this.#scheduler.each(names)) {
      if (!this.#nodes.isInInventoryAt(name, revision)) continue;
      yield new HistoricalNode(name, revision, this.#nodes, { daemonSets, drifts: drifts.get(name) ?? [] });
    }
  }

  /** Every node as placement reads it, by name. */
  async nodeObjects(): Promise<Map<string, Node>> {
    const objects = new Map<string, Node>();
    for await (const { facts } of this.#history.nodesAt(this.asOf.revision))
      objects.set(facts.name, nodeFromFacts(facts));
    return objects;
  }

  daemonSets(): Promise<ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>> {
    return this.#once('daemonSets', async () => {
      const states = await this.#history.daemonSetsAt(this.asOf.revision);
      states.sort((left, right) => (left.key < right.key ? -1 : 1));
      return new Map(states.map((state) => [state.key, new HistoricalDaemonSet(state)]));
    });
  }

  /** As agents reported them, by node. */
  drifts(): Promise<ReadonlyMap<string, readonly DriftAt[]>> {
    return this.#once('drifts', () => this.#driftsByNode());
  }

  tally(): Promise<Tally> {
    return this.#once('tally', async () => tallyOf(this, [...(await this.daemonSets()).keys()]));
  }

  /** A read that failed is repeated by the next caller. */
  #once<Part extends keyof SnapshotCache>(
    part: Part,
    read: () => NonNullable<SnapshotCache[Part]>,
  ): NonNullable<SnapshotCache[Part]> {
    const known = this.#cache[part];
    if (known !== undefined) return known;
    const reading = read();
    this.#cache[part] = reading;
    reading.catch(() => delete this.#cache[part]);
    return reading;
  }

  async #driftsByNode(): Promise<Map<string, DriftAt[]>> {
    const byNode = new Map<string, DriftAt[]>();
    for await (const drift of this.#history.driftsAt(this.asOf.revision)) {
      const drifts = byNode.get(drift.node);
      if (drifts === undefined) byNode.set(drift.node, [drift]);
      else drifts.push(drift);
    }
    return byNode;
  }
}

class HistoricalDaemonSet implements DaemonSetSnapshot {
  readonly key: DaemonSetKey;
  readonly rejections;
  readonly #state: DaemonSetAt;
  #placed: PlacedDaemonSet | null | undefined;

  constructor(state: DaemonSetAt) {
    this.key = state.key;
    this.rejections = state.problems;
    this.#state = state;
  }

  get placed(): PlacedDaemonSet | null {
    if (this.#placed !== undefined) return this.#placed;
    const { record, effectiveRevision } = this.#state;
    this.#placed = record && { record, effectiveRevision, compiled: compilePlacement(record.placement) };
    return this.#placed;
  }

  get warnings() {
    const { record } = this.#state;
    return placementWarnings(this.placed?.compiled.warnings ?? [], record?.source ?? '');
  }
}
