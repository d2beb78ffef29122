/** Converts times and durations. In memory, a time is in milliseconds since 1970 and 0 means unknown. */

/** The range of google.protobuf.Timestamp: years 1 to 9999. */
export const TIMESTAMP_MS = { min: -62_135_596_800_000, max: 253_402_300_799_999 } as const;

export interface WireTime {
  readonly seconds: string;
  readonly nanos: number;
}

export function timeToWire(ms: number): WireTime | null {
  return ms === 0 ? null : split(ms);
}

export function timeFromWire(time: WireTime | null | undefined): number {
  return time ? join(time) : 0;
}

export function durationToWire(ms: number): WireTime {
  return split(ms);
}

export function durationFromWire(duration: WireTime | null | undefined): number {
  return duration ? join(duration) : 0;
}

function split(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function join({ seconds, nanos }: WireTime): number {
  return Number(seconds) * 1000 + Math.round(nanos / 1e6);
}
