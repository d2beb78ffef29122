/**
 * Questions about the past: what held at a revision, and what is different between two. A time is turned into a revision
 * first (`revisionAt`), so that all parts of an answer are of one moment.
 *
 * Everything rejects with a JournalError: `before-retention` where the record was pruned, which is never answered with an
 * empty list, and `not-recorded-yet` for the future.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import type { Port } from '../../threads/thread-port.ts';
import type { RetentionHorizon } from '../journal-error.ts';
import { JournalError } from '../journal-error.ts';
import type { ReaderService } from '../write/writer-service.ts';
import type { PairPart } from './difference-reader.ts';
import type { KnownNames, Part } from './historical-reader.ts';
import type { DaemonSetAt, DriftAt, NodeAt, PlacementAt, PodsAt, RecordedPairChange } from './historical-state.ts';
import type { EffectivePlacement } from './journal-state.ts';
import type { Between, PairSteps, PresenceStep } from './timeline-reader.ts';

/** Drifts that are looked up at a time. */
const DRIFTS_PER_PART = 500;
/** Changed pairs that cross from the reader's thread at a time. */
const CHANGES_PER_PART = 1_000;

export class JournalHistory {
  readonly #reader: Port<ReaderService>;
  readonly #auditor: () => Promise<Port<ReaderService>>;
  readonly #clock: Clock;

  /** `auditor`: a reader for what takes long. */
  constructor(reader: Port<ReaderService>, auditor: () => Promise<Port<ReaderService>>, clock: Clock) {
    this.#reader = reader;
    this.#auditor = auditor;
    this.#clock = clock;
  }

  /** The newest row that was recorded at this time or before; 0 before the first one. */
  revisionAt(timeMs: number): Promise<number> {
    if (timeMs <= this.#clock.nowMs()) return this.#reader.revisionAt(timeMs);
    const message = `${new Date(timeMs).toISOString()} lies in the future; ask about a moment that has passed.`;
    return Promise.reject(new JournalError('not-recorded-yet', message));
  }

  /** Rejects for a revision that was pruned, or was not recorded yet. */
  assertKnown(revision: number): Promise<void> {
    return this.#reader.assertKnown(revision);
  }

  /** When a row was recorded; 0 where it is not there. */
  recordedAt(revision: number): Promise<number> {
    return this.#reader.recordedAt(revision);
  }

  /**
   * After which row somebody goes on who saw the row `revision` that was recorded at `recordedMs`: an earlier one, where this
   * journal has another row in that place, or none, because an older backup was restored.
   */
  goOnAfter(revision: number, recordedMs: number): Promise<number> {
    return this.#reader.goOnAfter(revision, recordedMs);
  }

  /** The newest row that was pruned, and when it was recorded: questions about it and later ones are answered. 0: none was. */
  horizon(): Promise<RetentionHorizon> {
    return this.#reader.retentionHorizon();
  }

  /** The placement of one pair, and why; `undefined` where the pair did not exist. */
  placementAt(node: string, daemonSet: DaemonSetKey, revision: number): Promise<PlacementAt | undefined> {
    return this.#reader.placementAt(node, daemonSet, revision);
  }

  placementsOfNodeAt(node: string, revision: number): Promise<readonly EffectivePlacement[]> {
    return this.#reader.placementsOfNodeAt(node, revision);
  }

  async placementsOfDaemonSetAt(daemonSet: DaemonSetKey, revision: number): Promise<EffectivePlacement[]> {
    const part = (after: number) => this.#reader.placementsOfDaemonSetAt(daemonSet, revision, after);
    const placements: EffectivePlacement[] = [];
    for await (const values of partsOf(part)) placements.push(...values);
    return placements;
  }

  nodeAt(node: string, revision: number): Promise<NodeAt | undefined> {
    return this.#reader.nodeAt(node, revision);
  }

  async *nodesAt(revision: number): AsyncGenerator<NodeAt, void, undefined> {
    for await (const nodes of partsOf((after) => this.#reader.nodesAt(revision, after))) yield* nodes;
  }

  /** Names of all nodes that were on the roll, sorted. */
  async nodeNamesAt(revision: number): Promise<string[]> {
    const names: string[] = [];
    for await (const values of partsOf((after) => this.#reader.nodeNamesAt(revision, after))) names.push(...values);
    return names.sort();
  }

  /** Also those of which no good version was ever seen. */
  daemonSetsAt(revision: number): Promise<DaemonSetAt[]> {
    return this.#reader.daemonSetsAt(revision);
  }

  podsOfNodeAt(node: string, revision: number): Promise<PodsAt | undefined> {
    return this.#reader.podsOfNodeAt(node, revision);
  }

  async *podsAt(revision: number): AsyncGenerator<PodsAt, void, undefined> {
    for await (const pods of partsOf((after) => this.#reader.podsAt(revision, after))) yield* pods;
  }

  async *driftsAt(revision: number): AsyncGenerator<DriftAt, void, undefined> {
    const revisions = await this.#reader.driftRevisionsAt(revision);
    for (let first = 0; first < revisions.length; first += DRIFTS_PER_PART) {
      for (const event of await this.#reader.eventsAt(revisions.slice(first, first + DRIFTS_PER_PART))) {
        if (event.kind === 'drift') yield { ...event.drift, effectiveRevision: event.revision };
      }
    }
  }

  /** What was wrong with the sources, a sentence for each, as far as the coordinator of that moment kept it. */
  sourceProblemsAt(revision: number): Promise<readonly string[]> {
    return this.#reader.sourceProblemsAt(revision);
  }

  /** Whether the record ever held all of these names. */
  isKnown(names: KnownNames): Promise<boolean> {
    return this.#reader.isKnown(names);
  }

  /** DaemonSets that were placed on the node at any moment of a stretch, in no order. */
  daemonSetsOfNodeBetween(node: string, between: Between): Promise<DaemonSetKey[]> {
    return this.#reader.daemonSetsOfNodeBetween(node, between);
  }

  /** Nodes on which the DaemonSet was placed at any moment of a stretch, in no order. */
  async nodesOfDaemonSetBetween(daemonSet: DaemonSetKey, between: Between): Promise<string[]> {
    const part = (after: number) => this.#reader.nodesOfDaemonSetBetween(daemonSet, between, after);
    const nodes: string[] = [];
    for await (const values of partsOf(part)) nodes.push(...values);
    return nodes;
  }

  /** What a pair went through in a stretch; at most so many steps of each kind, the first ones. */
  pairSteps(node: string, daemonSet: DaemonSetKey, between: Between, stepsMax: number): Promise<PairSteps> {
    return this.#reader.pairSteps(node, daemonSet, between, stepsMax);
  }

  /** When a node's agent came and went in a stretch. */
  presenceSteps(node: string, between: Between, stepsMax: number): Promise<PresenceStep[]> {
    return this.#reader.presenceSteps(node, between, stepsMax);
  }

  /** Every pair that is placed otherwise at `toRevision` than at `fromRevision`, DaemonSet by DaemonSet, then by node. */
  async *diff(fromRevision: number, toRevision: number): AsyncGenerator<RecordedPairChange, void, undefined> {
    for (const daemonSet of await this.changedDaemonSets(fromRevision, toRevision)) {
      let afterNode: string | undefined = '';
      while (afterNode !== undefined) {
        const part = { afterNode, limit: CHANGES_PER_PART };
        const changes = await this.changesOfDaemonSet(daemonSet, fromRevision, toRevision, part);
        yield* changes;
        afterNode = changes.length < CHANGES_PER_PART ? undefined : changes.at(-1)?.node;
      }
    }
  }

  /** DaemonSets of which anything was decided after one revision and up to another, sorted. */
  async changedDaemonSets(fromRevision: number, toRevision: number): Promise<DaemonSetKey[]> {
    if (fromRevision > toRevision) throw new RangeError(`revision ${fromRevision} comes after ${toRevision}`);
    return (await this.#auditor()).changedDaemonSets(fromRevision, toRevision);
  }

  /** Part of the pairs of one DaemonSet that are placed otherwise at `toRevision` than at `fromRevision`, by node. */
  async changesOfDaemonSet(
    daemonSet: DaemonSetKey,
    fromRevision: number,
    toRevision: number,
    part: PairPart,
  ): Promise<RecordedPairChange[]> {
    return (await this.#auditor()).changesOfDaemonSet(daemonSet, fromRevision, toRevision, part);
  }
}

async function* partsOf<Value>(part: (after: number) => Promise<Part<Value>>): AsyncGenerator<readonly Value[]> {
  let after: number | null = 0;
  while (after !== null) {
    const { values, next }: Part<Value> = await part(after);
    yield values;
    after = next;
  }
}
