/** The roll at a revision, read from the journal. What only a running coordinator knew is left out. */
import { fit } from '../../../shared/fit/fit.ts';
import type { FitResult } from '../../../shared/fit/types.ts';
import { nodeFromFacts } from '../../../shared/kubernetes/node-facts.ts';
import type { Node } from '../../../shared/kubernetes/objects.ts';
import { compilePlacement } from '../../../shared/placement/index.ts';
import type { Verdict } from '../../../shared/placement/types.ts';
import { assignmentDigest } from '../../../shared/roll/assignment-digest.ts';
import type { Assignment, DaemonSetKey, Drift, NodeFacts, PodHealth } from '../../../shared/roll/model.ts';
import type { AsOf } from '../../../shared/rpc/wire-moment.ts';
import type { Presence } from '../../../shared/rpc/wire-words.ts';
import { assignmentOf } from '../../evaluation/node-placements.ts';
import { isWanted } from '../../evaluation/node-row.ts';
import type { Past } from '../../journal/past.ts';
import type { AgentAt, DaemonSetAt, DriftAt, NodeOnRoll } from '../../journal/past-answers.ts';
import type { PlacementInForce } from '../../journal/state.ts';
import { placementWarnings } from './live-roll.ts';
import { driftsOfSilentNode, type PlacedDaemonSet, type Roll, type RollDaemonSet, type RollNode } from './roll.ts';
import { type Tally, tallyOf } from './roll-counts.ts';

/** Nodes that are read at once: with a hundred daemon pods each, a few milliseconds on either side. */
const NODES_PER_READ = 8;

/** What of one revision was read and may be asked for again. Nodes, which are many and large, are read when they are wanted. */
export interface PastMemo {
  names?: Promise<readonly string[]>;
  daemonSets?: Promise<ReadonlyMap<DaemonSetKey, RollDaemonSet>>;
  drifts?: Promise<ReadonlyMap<string, readonly DriftAt[]>>;
  tally?: Promise<Tally>;
}

export class PastRoll implements Roll {
  readonly asOf: AsOf;
  readonly isSynced = true;
  readonly #past: Past;
  readonly #memo: PastMemo;

  /** `memo`: of the same revision. */
  constructor(past: Past, asOf: AsOf, memo: PastMemo = {}) {
    this.#past = past;
    this.asOf = asOf;
    this.#memo = memo;
  }

  nodeNames(): Promise<readonly string[]> {
    return this.#once('names', () => this.#past.nodeNamesAt(this.asOf.revision));
  }

  async *nodes(names: readonly string[]): AsyncGenerator<RollNode> {
    const daemonSets = await this.daemonSets();
    const drifts = await this.drifts();
    for await (const onRoll of this.#onRoll(names)) {
      yield new PastNode(onRoll, daemonSets, drifts.get(onRoll.node.facts.name) ?? []);
    }
  }

  /** The next ones are read while somebody looks at these. */
  async *#onRoll(names: readonly string[]): AsyncGenerator<NodeOnRoll> {
    const read = (first: number) => {
      const reading = this.#past.nodesOnRollAt(names.slice(first, first + NODES_PER_READ), this.asOf.revision);
      // Whoever has seen enough does not wait for it; whoever does learns of what failed.
      reading.catch(() => {});
      return reading;
    };
    let reading = read(0);
    for (let first = 0; first < names.length; first += NODES_PER_READ) {
      const nodes = await reading;
      reading = read(first + NODES_PER_READ);
      yield* nodes;
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

class PastNode implements RollNode {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly problem = '';
  readonly #onRoll: NodeOnRoll;
  readonly #daemonSets: ReadonlyMap<DaemonSetKey, RollDaemonSet>;
  readonly #drifts: readonly Drift[];
  readonly #placements: ReadonlyMap<DaemonSetKey, PlacementInForce>;
  #assignments: readonly Assignment[] | undefined;
  #isSettled: boolean | undefined;

  constructor(
    onRoll: NodeOnRoll,
    daemonSets: ReadonlyMap<DaemonSetKey, RollDaemonSet>,
    reportedDrifts: readonly Drift[],
  ) {
    this.facts = onRoll.node.facts;
    this.name = this.facts.name;
    this.#onRoll = onRoll;
    this.#daemonSets = daemonSets;
    this.#drifts = reportedDrifts;
    this.#placements = new Map(onRoll.placements.map((placement) => [placement.daemonSet, placement]));
  }

  get object(): Node {
    return nodeFromFacts(this.facts);
  }

  get origin() {
    return this.#onRoll.node.origin;
  }

  get source(): string {
    return this.#onRoll.node.source;
  }

  get observedMs(): number {
    return this.#onRoll.node.observedMs;
  }

  get factsVersion(): number {
    return this.#onRoll.node.version;
  }

  get presence(): Presence {
    return presenceOf(this.#onRoll.agent);
  }

  get lastSeenMs(): number {
    return this.#onRoll.agent?.lastSeenMs ?? 0;
  }

  get isSettled(): boolean {
    this.#isSettled ??= this.#holdsNewest();
    return this.#isSettled;
  }

  /** An agent holds its pods against what it acknowledges at once, and where it finds nothing new there is no row of it. */
  get hasAnswered(): boolean {
    return this.isSettled;
  }

  get revision(): number {
    const { placements, endedRevision } = this.#onRoll;
    return Math.max(endedRevision, ...placements.map(({ version }) => version), ...this.assignments.map(versionOf));
  }

  get acknowledgedRevision(): number {
    return this.#onRoll.agent?.acknowledgedRevision ?? 0;
  }

  get isRefusing(): boolean {
    return this.#onRoll.agent?.isRefusing ?? false;
  }

  get pods(): readonly PodHealth[] {
    return this.#onRoll.pods?.pods ?? [];
  }

  get drifts(): readonly Drift[] {
    return this.presence === 'present' ? this.#drifts : driftsOfSilentNode(this);
  }

  get assignments(): readonly Assignment[] {
    this.#assignments ??= this.#onRoll.placements.flatMap(({ daemonSet, verdict, version }) => {
      const placed = this.#daemonSets.get(daemonSet)?.placed;
      return placed && verdict !== 'none'
        ? [assignmentOf(placed.record, verdict, Math.max(version, placed.version))]
        : [];
    });
    return this.#assignments;
  }

  pair(daemonSet: DaemonSetKey): PlacementInForce | undefined {
    return this.#placements.get(daemonSet);
  }

  verdict(daemonSet: DaemonSetKey): Verdict | null {
    return this.#placements.get(daemonSet)?.verdict ?? null;
  }

  isWanted(daemonSet: DaemonSetKey): boolean {
    const verdict = this.#placements.get(daemonSet)?.verdict;
    const placed = this.#daemonSets.get(daemonSet)?.placed;
    return verdict !== undefined && Boolean(placed && isWanted(verdict, placed.compiled, this.object));
  }

  get wantedCount(): number {
    return [...this.#placements.keys()].filter((daemonSet) => this.isWanted(daemonSet)).length;
  }

  /** What a node's pods took is not kept. */
  get fits() {
    return (daemonSet: DaemonSetKey): FitResult => {
      const needs = this.#daemonSets.get(daemonSet)?.placed?.record.needs ?? null;
      return fit({ daemonSet, needs, allocatable: this.facts.allocatable, usage: null });
    };
  }

  #holdsNewest(): boolean {
    const { agent } = this.#onRoll;
    if (agent?.isConnected !== true || agent.digest === '') return false;
    return agent.digest === assignmentDigest(this.assignments).toString('hex');
  }
}

/** What the record says of a node's agent, in a word. */
export function presenceOf(agent: AgentAt | null): Presence {
  if (agent === null) return 'never-seen';
  return agent.isPresent ? 'present' : 'absent';
}

function versionOf({ version }: Assignment): number {
  return version;
}
