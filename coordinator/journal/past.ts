/**
 * Questions about the past: what held at a revision, and what is different between two. A time is turned into a revision
 * first (`revisionAt`), so that all parts of an answer are of one moment.
 *
 * Everything rejects with a JournalError: `before-retention` where the record was pruned, which is never answered with an
 * empty list, and `not-recorded-yet` for the future.
 */
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/roll/model.ts';
import type { RetentionHorizon } from './journal-error.ts';
import { JournalError } from './journal-error.ts';
import type { DaemonSetAt, DriftAt, NodeAt, PairChange, PlacementAt, PodsAt } from './past-answers.ts';
import type { PartOfNodes } from './past-reader.ts';
import type { ReaderService } from './services.ts';
import type { PlacementInForce } from './state.ts';
import type { Port } from './thread-port.ts';

/** Drifts that are looked up at a time. */
const DRIFTS_PER_PART = 500;

export class Past {
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

  /** The newest row that was pruned, and when it was recorded: questions about it and later ones are answered. 0: none was. */
  horizon(): Promise<RetentionHorizon> {
    return this.#reader.retentionHorizon();
  }

  /** The placement of one pair, and why; `undefined` where the pair did not exist. */
  placementAt(node: string, daemonSet: DaemonSetKey, revision: number): Promise<PlacementAt | undefined> {
    return this.#reader.placementAt(node, daemonSet, revision);
  }

  placementsOfNodeAt(node: string, revision: number): Promise<PlacementInForce[]> {
    return this.#reader.placementsOfNodeAt(node, revision);
  }

  async placementsOfDaemonSetAt(daemonSet: DaemonSetKey, revision: number): Promise<PlacementInForce[]> {
    const part = (after: number) => this.#reader.placementsOfDaemonSetAt(daemonSet, revision, after);
    const placements: PlacementInForce[] = [];
    for await (const values of partsOf(part)) placements.push(...values);
    return placements;
  }

  nodeAt(node: string, revision: number): Promise<NodeAt | undefined> {
    return this.#reader.nodeAt(node, revision);
  }

  async *nodesAt(revision: number): AsyncGenerator<NodeAt, void, undefined> {
    for await (const nodes of partsOf((after) => this.#reader.nodesAt(revision, after))) yield* nodes;
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
        if (event.kind === 'drift') yield { ...event.drift, version: event.revision };
      }
    }
  }

  /** Every pair that is placed otherwise at `toRevision` than at `fromRevision`, DaemonSet by DaemonSet. */
  async *diff(fromRevision: number, toRevision: number): AsyncGenerator<PairChange, void, undefined> {
    if (fromRevision > toRevision) throw new RangeError(`revision ${fromRevision} comes after ${toRevision}`);
    const auditor = await this.#auditor();
    for (const daemonSet of await auditor.changedDaemonSets(fromRevision, toRevision)) {
      yield* await auditor.changesOfDaemonSet(daemonSet, fromRevision, toRevision);
    }
  }
}

async function* partsOf<Value>(part: (after: number) => Promise<PartOfNodes<Value>>): AsyncGenerator<readonly Value[]> {
  let after: number | null = 0;
  while (after !== null) {
    const { values, next }: PartOfNodes<Value> = await part(after);
    yield values;
    after = next;
  }
}
