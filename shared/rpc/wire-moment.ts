/** Moments of the past on the wire, and of which moment an answer is. */

import type { AsOf } from '../model/as-of.ts';
import type { AsOf as WireAsOf, AsOf__Output as WireAsOfRead } from './generated/rollcall/v1/AsOf.ts';
import type { Moment as WireMoment, Moment__Output as WireMomentRead } from './generated/rollcall/v1/Moment.ts';
import { timeFromWire, timeToWire } from './wire-time.ts';

/** A moment that has passed: a time in milliseconds since 1970, or a row of the journal. */
export type Moment = { readonly timeMs: number } | { readonly revision: number };

export function momentToWire(moment: Moment): WireMoment {
  // Not timeToWire: here 1970 is a time like any other.
  return 'revision' in moment ? { revision: String(moment.revision) } : { time: timeToWire(moment.timeMs) ?? EPOCH };
}

/** `null`: now. */
export function momentFromWire(wire: WireMomentRead | null): Moment | null {
  if (wire?.moment === 'revision') return { revision: Number(wire.revision) };
  return wire?.moment === 'time' ? { timeMs: timeFromWire(wire.time) } : null;
}

export function asOfToWire({ revision, timeMs, recordedMs, isFromJournal }: AsOf): WireAsOf {
  return {
    revision: String(revision),
    time: timeToWire(timeMs),
    recordTime: timeToWire(recordedMs),
    fromJournal: isFromJournal,
  };
}

export function asOfFromWire(wire: WireAsOfRead): AsOf {
  return {
    revision: Number(wire.revision),
    timeMs: timeFromWire(wire.time),
    recordedMs: timeFromWire(wire.recordTime),
    isFromJournal: wire.fromJournal,
  };
}

const EPOCH = { seconds: '0', nanos: 0 } as const;
