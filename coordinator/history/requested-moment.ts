/** Turns the moment that a request asks about into the roll of that moment, or says in one sentence why there is none. */

import { RollcallError } from '../../shared/errors.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { momentFromWire } from '../../shared/rpc/wire-moment.ts';
import { LiveSnapshot } from '../query/live-snapshot.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { HistoricalSnapshot, type SnapshotCache, type SnapshotReader } from './historical-snapshot.ts';
import type { HistoryContext, JournalContext } from './history-context.ts';
import { askedTime } from './requested-time.ts';

/** Revisions of which what was read is kept: people page through the lists of one or two moments at a time. */
const REVISIONS_KEPT_MAX = 4;

/** What was read of the moments that were asked about last. */
export class HistoricalSnapshots {
  readonly #reading: SnapshotReader;
  /** The newest last. */
  readonly #memos = new Map<number, SnapshotCache>();

  constructor(reading: SnapshotReader) {
    this.#reading = reading;
  }

  at(asOf: AsOf): HistoricalSnapshot {
    const memo = this.#memos.get(asOf.revision) ?? {};
    this.#memos.delete(asOf.revision);
    this.#memos.set(asOf.revision, memo);
    const [oldest] = this.#memos.keys();
    if (this.#memos.size > REVISIONS_KEPT_MAX && oldest !== undefined) this.#memos.delete(oldest);
    return new HistoricalSnapshot(this.#reading, asOf, memo);
  }
}

/**
 * The roll of now; `null` where the request is about the past. While the journal cannot write, now is the newest moment that is on
 * disk, and so of the past: what came later may not be told. `pinnedRevision`: of the pages before, 0 for the first page.
 */
export function liveSnapshotOf(
  at: WireMoment | null,
  context: CoordinatorContext,
  pinnedRevision = 0,
): LiveSnapshot | null {
  const { journal } = context;
  if (at !== null || pinnedRevision > 0) return null;
  const isBehind = journal.durableRevision < journal.nextRevision - 1;
  const isNowTold = !isBehind || journal.status().state !== 'stalled' || journal.durableRevision === 0;
  return isNowTold ? new LiveSnapshot(context) : null;
}

/**
 * The roll of a request that `liveRollOf` has none for.
 * @throws RollcallError, or a JournalError for what lies before the horizon or in the future.
 */
export async function historicalSnapshotOf(
  at: WireMoment | null,
  context: HistoryContext,
  pinnedRevision = 0,
): Promise<HistoricalSnapshot> {
  const { journal, snapshots } = context;
  const asked = await asOfMoment(at, 'at', context);
  if (pinnedRevision > 0) {
    const timeMs = asked?.revision === pinnedRevision ? asked.timeMs : 0;
    return snapshots.at(await asOfRevision(pinnedRevision, context, timeMs));
  }
  return snapshots.at(asked ?? (await asOfRevision(journal.durableRevision, context)));
}

/** The moment that a field names; `null` where it is not set. */
export async function asOfMoment(at: WireMoment | null, field: string, context: JournalContext): Promise<AsOf | null> {
  const moment = momentFromWire(at);
  if (moment === null) return null;
  if ('revision' in moment) {
    if (moment.revision >= 1) return asOfRevision(moment.revision, context);
    throw new RollcallError('ARGUMENT_INVALID', `${field}.revision is ${moment.revision}; revisions begin at 1`);
  }
  const revision = await context.journal.history.revisionAt(askedTime(moment.timeMs, `${field}.time`));
  if (revision > 0) return asOfRevision(revision, context, moment.timeMs);
  const [first] = await context.journal.eventsAt([1]);
  const began = first === undefined ? 'which is empty' : `recorded at ${new Date(first.recordedMs).toISOString()}`;
  const asked = new Date(moment.timeMs).toISOString();
  throw new RollcallError('BEFORE_RETENTION', `${asked} lies before the first row of the journal, ${began}`);
}

/** `timeMs`: the time that was asked for; 0: when the row was recorded. */
export async function asOfRevision(revision: number, { journal }: JournalContext, timeMs = 0): Promise<AsOf> {
  await journal.history.assertKnown(revision);
  const horizon = await journal.history.horizon();
  const [row] = await journal.eventsAt([revision]);
  const recordedMs = row?.recordedMs ?? horizon.recordedMs;
  return { revision, timeMs: timeMs === 0 ? recordedMs : timeMs, recordedMs, isFromJournal: true };
}
