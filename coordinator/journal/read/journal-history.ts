/**
 * Reads the state at an earlier revision, and the differences between two revisions. To query a time, first get its revision
 * (`revisionAt`), so that all parts of an answer belong to one moment.
 *
 * All methods reject with a JournalError: `before-retention` for revisions that were pruned, which never yield an empty list, and
 * `not-recorded-yet` for the future.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import type { Methods } from '../../threads/method-names.ts';
import type { Port, Promised } from '../../threads/thread-port.ts';
import { JournalError } from '../base/journal-error.ts';
import type { PairPart } from './difference-reader.ts';
import type { HistoricalReader, Part } from './historical-reader.ts';
import type { DriftAt, NodeAt, PodsAt, RecordedPairChange } from './historical-state.ts';
import type { InventoryReader } from './inventory-reader.ts';
import type { EffectivePlacement } from './journal-state.ts';
import type { MomentReader } from './moment-reader.ts';
import type { ReaderService } from './reader-service.ts';
import type { SourceProblemReader } from './source-problem-reader.ts';
import type { Between, TimelineReader } from './timeline-reader.ts';

/** Drifts that are read at a time. */
const DRIFTS_PER_PART = 500;
/** Changed pairs per message from the reader's thread. */
const CHANGES_PER_PART = 1_000;

/** The methods that the reader answers with one message. */
type Reads = Promised<
  Methods<HistoricalReader> &
    Methods<InventoryReader> &
    Methods<MomentReader> &
    Methods<SourceProblemReader> &
    Methods<TimelineReader>
>;
/** The methods that combine several messages, or need more than the reader. */
type CompleteAnswers = ReturnType<typeof stateAnswers> & ReturnType<typeof differenceAnswers>;

export type JournalHistory = Omit<Reads, keyof CompleteAnswers> & CompleteAnswers;

/** `auditor`: returns a reader for queries that take long. */
export function journalHistory(
  reader: Port<ReaderService>,
  auditor: () => Promise<Port<ReaderService>>,
  clock: Clock,
): JournalHistory {
  return { ...reader, ...stateAnswers(reader, clock), ...differenceAnswers(auditor) };
}

function stateAnswers(reader: Port<ReaderService>, clock: Clock) {
  return {
    /** The newest row recorded at or before a time; 0 before the first row. */
    revisionAt(timeMs: number): Promise<number> {
      if (timeMs <= clock.nowMs()) return reader.revisionAt(timeMs);
      const message = `${new Date(timeMs).toISOString()} is in the future; use a time that has passed`;
      return Promise.reject(new JournalError('not-recorded-yet', message));
    },

    placementsOfDaemonSetAt(daemonSet: DaemonSetKey, revision: number): Promise<EffectivePlacement[]> {
      return collect((after) => reader.placementsOfDaemonSetAt(daemonSet, revision, after));
    },

    nodesAt(revision: number): AsyncGenerator<NodeAt, void, undefined> {
      return allOf((after) => reader.nodesAt(revision, after));
    },

    /** The names of all nodes in the inventory, sorted. */
    async nodeNamesAt(revision: number): Promise<string[]> {
      return (await collect((after) => reader.nodeNamesAt(revision, after))).sort();
    },

    podsAt(revision: number): AsyncGenerator<PodsAt, void, undefined> {
      return allOf((after) => reader.podsAt(revision, after));
    },

    async *driftsAt(revision: number): AsyncGenerator<DriftAt, void, undefined> {
      const revisions = await reader.driftRevisionsAt(revision);
      for (let first = 0; first < revisions.length; first += DRIFTS_PER_PART) {
        for (const event of await reader.eventsAt(revisions.slice(first, first + DRIFTS_PER_PART))) {
          if (event.kind === 'drift') yield { ...event.drift, effectiveRevision: event.revision };
        }
      }
    },

    /** Nodes on which the DaemonSet was placed at any moment of the range, in no particular order. */
    nodesOfDaemonSetBetween(daemonSet: DaemonSetKey, between: Between): Promise<string[]> {
      return collect((after) => reader.nodesOfDaemonSetBetween(daemonSet, between, after));
    },
  };
}

function differenceAnswers(auditor: () => Promise<Port<ReaderService>>) {
  return {
    /** Every pair whose verdicts at the two revisions differ, sorted by DaemonSet and node. */
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
    },

    /** DaemonSets with a decision after one revision and up to another, sorted. */
    async changedDaemonSets(fromRevision: number, toRevision: number): Promise<DaemonSetKey[]> {
      if (fromRevision > toRevision) throw new RangeError(`revision ${fromRevision} is after revision ${toRevision}`);
      return (await auditor()).changedDaemonSets(fromRevision, toRevision);
    },

    /** Part of the pairs of one DaemonSet whose verdicts at the two revisions differ, sorted by node. */
    async changesOfDaemonSet(
      daemonSet: DaemonSetKey,
      fromRevision: number,
      toRevision: number,
      part: PairPart,
    ): Promise<RecordedPairChange[]> {
      return (await auditor()).changesOfDaemonSet(daemonSet, fromRevision, toRevision, part);
    },
  };
}

async function collect<Value>(part: (after: number) => Promise<Part<Value>>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of allOf(part)) values.push(value);
  return values;
}

async function* allOf<Value>(part: (after: number) => Promise<Part<Value>>): AsyncGenerator<Value, void, undefined> {
  let after: number | null = 0;
  while (after !== null) {
    const { values, next }: Part<Value> = await part(after);
    yield* values;
    after = next;
  }
}
