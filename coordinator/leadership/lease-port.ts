/** Where the lease is kept. The real one is a Kubernetes Lease; a test keeps it in memory. */
import type { LeaseRecord, ObservedLease } from './election.ts';

export type StoredLease = Pick<ObservedLease, 'record' | 'resourceVersion'>;

/** What goes along with the lease, for whoever audits the journal. */
export type LeaseAnnotations = Readonly<Record<string, string>>;

/** Every method may throw an ApiServerError; one with the failure `conflict` says that somebody was faster. */
export interface LeasePort {
  /** `null`: there is none yet. */
  read(): Promise<StoredLease | null>;
  create(record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease>;
  /** Writes over exactly the version that is named. */
  update(stored: StoredLease, record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease>;
}
