/** Snapshots of past moments. What was read for the most recent ones is cached. */
import type { AsOf } from '../../shared/model/as-of.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { HistoricalSnapshot, type SnapshotCache, type SnapshotReader } from './historical-snapshot.ts';
import type { JournalPart } from './journal-reads.ts';
import { asOfMoment, asOfRevision, type MomentDependencies } from './request-moment.ts';

/** Revisions in the cache: users page through the lists of one or two moments at a time. */
const CACHED_REVISIONS_MAX = 4;

export class HistoricalSnapshots {
  readonly #reader: SnapshotReader;
  /** By revision, the most recently used last. */
  readonly #caches = new Map<number, SnapshotCache>();

  constructor(reader: SnapshotReader) {
    this.#reader = reader;
  }

  at(asOf: AsOf): HistoricalSnapshot {
    const cache = this.#caches.get(asOf.revision) ?? {};
    this.#caches.delete(asOf.revision);
    this.#caches.set(asOf.revision, cache);
    const [oldest] = this.#caches.keys();
    if (this.#caches.size > CACHED_REVISIONS_MAX && oldest !== undefined) this.#caches.delete(oldest);
    return new HistoricalSnapshot(this.#reader, asOf, cache);
  }
}

export interface HistoricalSnapshotDependencies extends MomentDependencies {
  readonly journal: MomentDependencies['journal'] & JournalPart<'durableRevision', never>;
  readonly snapshots: HistoricalSnapshots;
}

/**
 * The snapshot of the moment that a request names, or of the newest durable event.
 * `pinnedRevision`: that of the previous page of a list; 0 for the first page.
 * @throws RollcallError, or a JournalError for a moment that was pruned or is in the future
 */
export async function historicalSnapshotOf(
  at: WireMoment | null,
  dependencies: HistoricalSnapshotDependencies,
  pinnedRevision = 0,
): Promise<HistoricalSnapshot> {
  const { journal, snapshots } = dependencies;
  const named = await asOfMoment(at, 'at', dependencies);
  if (pinnedRevision > 0) {
    const timeMs = named?.revision === pinnedRevision ? named.timeMs : 0;
    return snapshots.at(await asOfRevision(pinnedRevision, dependencies, timeMs));
  }
  return snapshots.at(named ?? (await asOfRevision(journal.durableRevision, dependencies)));
}
