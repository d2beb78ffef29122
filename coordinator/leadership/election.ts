/**
 * The rules of leader election with a Lease, as in client-go (tools/leaderelection). Pure. Candidates never compare their
 * clocks: each one measures by its own clock for how long the Lease has not changed.
 */

/** The content of a Lease. Times are text as Kubernetes writes it; they are written but never compared. */
export interface LeaseRecord {
  /** Empty after the last leader released the Lease. */
  readonly holder: string;
  readonly durationMs: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often the holder changed. */
  readonly transitions: number;
}

/** A version of the Lease, and when the candidate first saw it, by its own monotonic clock. */
export interface ObservedLease {
  readonly record: LeaseRecord;
  /** Of the Lease object; an update of another version is a conflict. */
  readonly resourceVersion: string;
  readonly firstSeenMs: number;
}

/** Notes that the Lease was read; an unchanged version keeps the time at which it was first seen. */
export function observe(
  previous: ObservedLease | null,
  { record, resourceVersion }: Pick<ObservedLease, 'record' | 'resourceVersion'>,
  nowMs: number,
): ObservedLease {
  const isSame = previous !== null && previous.resourceVersion === resourceVersion;
  return { record, resourceVersion, firstSeenMs: isSame ? previous.firstSeenMs : nowMs };
}

/** Whether the candidate may acquire or renew the Lease: the candidate holds it, it has no holder, or it has expired. */
export function canAcquire({ record, firstSeenMs }: ObservedLease, identity: string, nowMs: number): boolean {
  if (record.holder === '' || record.holder === identity) return true;
  return nowMs - firstSeenMs >= record.durationMs;
}

export interface Candidate {
  readonly identity: string;
  readonly durationMs: number;
}

/** The record with which the candidate acquires or renews the Lease; `time` is now, as Kubernetes writes it. */
export function acquired({ identity, durationMs }: Candidate, previous: LeaseRecord | null, time: string): LeaseRecord {
  const isOwn = previous?.holder === identity;
  return {
    holder: identity,
    durationMs,
    acquireTime: isOwn ? previous.acquireTime : time,
    renewTime: time,
    transitions: previous === null ? 0 : previous.transitions + (isOwn ? 0 : 1),
  };
}

/** The record with which a leader releases the Lease, so that no candidate has to wait until it expires. */
export function released(record: LeaseRecord, time: string): LeaseRecord {
  return { ...record, holder: '', durationMs: 1_000, acquireTime: time, renewTime: time };
}
