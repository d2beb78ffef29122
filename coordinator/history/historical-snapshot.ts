/** The roll at a revision, read from the journal. What only a running coordinator knew is left out. */
import { nodeFromFacts } from '../../shared/kubernetes/node-facts.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import { compilePlacement } from '../../shared/placement/index.ts';
import type { DaemonSetKey } from '../../shared/model/model.ts';
import type { AsOf } from '../../shared/rpc/wire-moment.ts';
import type { Past } from '../journal/read/past.ts';
import type { DaemonSetAt, DriftAt } from '../journal/read/past-answers.ts';
import type { AnswerTurns } from '../../shared/cooperative-scheduler.ts';
import { placementWarnings } from '../query/live-snapshot.ts';
import { type NodeReading, PastNode } from './historical-node.ts';
import type { PlacedDaemonSet, Roll, RollDaemonSet, RollNode } from '../answers/cluster-snapshot.ts';
import { type Tally, tallyOf } from '../answers/counts.ts';

/** What of one revision was read and may be asked for again. Nodes, which are many and large, are read when they are wanted. */
export interface PastMemo {
  names?: Promise<readonly string[]>;
  daemonSets?: Promise<ReadonlyMap<DaemonSetKey, RollDaemonSet>>;
  drifts?: Promise<ReadonlyMap<string, readonly DriftAt[]>>;
  tally?: Promise<Tally>;
}

/** What a past roll is read with, in the thread of whoever asks for it. */
export interface PastReading {
  readonly past: Past;
  readonly nodes: NodeReading;
  readonly turns: AnswerTurns;
}

export class PastRoll implements Roll {
  readonly asOf: AsOf;
  readonly isSynced = true;
  readonly #past: Past;
  readonly #nodes: NodeReading;
  readonly #turns: AnswerTurns;
  readonly #memo: PastMemo;

  /** `memo`: of the same revision. */
  constructor({ past, nodes, turns }: PastReading, asOf: AsOf, memo: PastMemo) {
    this.#past = past;
    this.#nodes = nodes;
    this.#turns = turns;
    this.asOf = asOf;
    this.#memo = memo;
  }

  nodeNames(): Promise<readonly string[]> {
    return this.#once('names', () => this.#past.nodeNamesAt(this.asOf.revision));
  }

  async *nodes(names: readonly string[]): AsyncGenerator<RollNode> {
    const { revision } = this.asOf;
    const daemonSets = await this.daemonSets();
    const drifts = await this.drifts();
    for await (const name of this.#turns.each(names)) {
      if (!this.#nodes.isOnRollAt(name, revision)) continue;
      yield new PastNode(name, revision, this.#nodes, { daemonSets, drifts: drifts.get(name) ?? [] });
    }
  }

  /** Every node as placement reads it, by name. */
  async nodeObjects(): Promise<Map<string, Node>> {
    const objects = new Map<string, Node>();
    for await (const { facts } of this.#past.nodesAt(this.asOf.revision)) objects.set(facts.name, nodeFromFacts(facts));
    return objects;
  }

  daemonSets(): Promise<ReadonlyMap<DaemonSetKey, RollDaemonSet>> {
    return this.#once('daemonSets', async () => {
      const states = await this.#past.daemonSetsAt(this.asOf.revision);
      states.sort((left, right) => (left.key < right.key ? -1 : 1));
      return new Map(states.map((state) => [state.key, new PastDaemonSet(state)]));
    });
  }

  /** As agents reported them, by node. */
  drifts(): Promise<ReadonlyMap<string, readonly DriftAt[]>> {
    return this.#once('drifts', () => this.#driftsByNode());
  }

  tally(): Promise<Tally> {
    return this.#once('tally', async () => tallyOf(this, [...(await this.daemonSets()).keys()]));
  }

  /** What failed is tried again by whoever asks next. */
  #once<Part extends keyof PastMemo>(part: Part, read: () => NonNullable<PastMemo[Part]>): NonNullable<PastMemo[Part]> {
    const known = this.#memo[part];
    if (known !== undefined) return known;
    const reading = read();
    this.#memo[part] = reading;
    reading.catch(() => delete this.#memo[part]);
    return reading;
  }

  async #driftsByNode(): Promise<Map<string, DriftAt[]>> {
    const byNode = new Map<string, DriftAt[]>();
    for await (const drift of this.#past.driftsAt(this.asOf.revision)) {
      const drifts = byNode.get(drift.node);
      if (drifts === undefined) byNode.set(drift.node, [drift]);
      else drifts.push(drift);
    }
    return byNode;
  }
}

class PastDaemonSet implements RollDaemonSet {
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
    const { record, version } = this.#state;
    this.#placed = record && { record, version, compiled: compilePlacement(record.placement) };
    return this.#placed;
  }

  get warnings() {
    return placementWarnings(this);
  }
}
