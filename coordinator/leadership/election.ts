/**
 * The rules of an election by Lease, as client-go has them (tools/leaderelection). Pure: a candidate never
 * compares clocks; it measures on its own for how long a lease has not changed.
 */

/** What a Lease says. Times are text as Kubernetes writes it, and mean nothing but that somebody wrote them. */
export interface LeaseRecord {
  /** `''`: nobody; the last leader let go. */
  readonly holder: string;
  readonly durationMs: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often the lease went from one holder to another. */
  readonly transitions: number;
}

/** A lease as it was first seen in this form, by the candidate's own clock, which never jumps. */
export interface ObservedLease {
  readonly record: LeaseRecord;
  /** Of the object; an update that names another one is a conflict. */
  readonly resourceVersion: string;
  readonly firstSeenMs: number;
}

/** A lease was read: it is as old as the first time that it was seen like this. */
export function observe(
  previous: ObservedLease | null,
  { record, resourceVersion }: Pick<ObservedLease, 'record' | 'resourceVersion'>,
  nowMs: number,
): ObservedLease {
  const isSame = previous !== null && previous.resourceVersion === resourceVersion;
  return { record, resourceVersion, firstSeenMs: isSame ? previous.firstSeenMs : nowMs };
}

/** Whether the candidate may write itself into the lease: it is its own, nobody's, or was not renewed for its duration. */
export function canAcquire({ record, firstSeenMs }: ObservedLease, identity: string, nowMs: number): boolean {
  if (record.holder === '' || record.holder === identity) return true;
  return nowMs - firstSeenMs >= record.durationMs;
}

export interface Candidate {
  readonly identity: string;
  readonly durationMs: number;
}

/** What the candidate writes to take the lease, or to keep it. `time` is now, as Kubernetes writes it. */
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

/** What a leader writes that lets go, so that nobody has to wait for its lease to run out. */
export function released(record: LeaseRecord, time: string): LeaseRecord {
  return { ...record, holder: '', durationMs: 1_000, acquireTime: time, renewTime: time };
}
