/** Converts moments of requests and answers to and from messages of the contract. */

import type { AsOf } from '../model/as-of.ts';
import type { AsOf as WireAsOf, AsOf__Output as WireAsOfRead } from './generated/rollcall/v1/AsOf.ts';
import type { Moment as WireMoment, Moment__Output as WireMomentRead } from './generated/rollcall/v1/Moment.ts';
import { timeFromWire, timeToWire } from './wire-time.ts';

/** A moment in the past: a time in milliseconds since 1970, or a revision. */
export type Moment = { readonly timeMs: number } | { readonly revision: number };

export function momentToWire(moment: Moment): WireMoment {
  // timeToWire treats 0 as unknown, but here it is a valid time.
  return 'revision' in moment ? { revision: String(moment.revision) } : { time: timeToWire(moment.timeMs) ?? EPOCH };
}

/** `null` means now. */
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
