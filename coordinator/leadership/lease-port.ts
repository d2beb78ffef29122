/** The port to the storage of the Lease: the API server, or memory in tests. */
import type { LeaseRecord, ObservedLease } from './election.ts';

export type StoredLease = Pick<ObservedLease, 'record' | 'resourceVersion'>;

/** Annotations of the Lease; the head of the journal is published in one, for audits. */
export type LeaseAnnotations = Readonly<Record<string, string>>;

/** Every method may throw an ApiServerError; `conflict` means that another candidate was faster. */
export interface LeasePort {
  /** `null` if the Lease does not exist. */
  read(): Promise<StoredLease | null>;
  create(record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease>;
  /** Replaces exactly this version of the Lease. */
  update(stored: StoredLease, record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease>;
}
