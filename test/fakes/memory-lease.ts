/** A lease in memory with the API server's optimistic locking, which can be cut off from single candidates. */
import type { LeaseRecord } from '../../coordinator/leadership/election.ts';
import type { LeaseAnnotations, LeasePort, StoredLease } from '../../coordinator/leadership/lease-port.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';

export class MemoryLease {
  stored: StoredLease | null = null;
  annotations: LeaseAnnotations = {};
  #version = 0;

  /** The lease as one candidate reaches it. */
  port(): MemoryLeasePort {
    return new MemoryLeasePort(this);
  }

  write(record: LeaseRecord, annotations: LeaseAnnotations): StoredLease {
    this.annotations = { ...this.annotations, ...annotations };
    this.stored = { record, resourceVersion: String(++this.#version) };
    return this.stored;
  }
}

export class MemoryLeasePort implements LeasePort {
  /** `cut`: every request fails. `silent`: no request is ever answered. */
  line: 'up' | 'cut' | 'silent' = 'up';
  readonly #lease: MemoryLease;

  constructor(lease: MemoryLease) {
    this.#lease = lease;
  }

  read(): Promise<StoredLease | null> {
    return this.#overTheLine(() => this.#lease.stored);
  }

  create(record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease> {
    return this.#overTheLine(() => {
      if (this.#lease.stored !== null) throw new ApiServerError('conflict', 'the lease exists already');
      return this.#lease.write(record, annotations);
    });
  }

  update(stored: StoredLease, record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease> {
    return this.#overTheLine(() => {
      if (this.#lease.stored?.resourceVersion !== stored.resourceVersion) {
        throw new ApiServerError('conflict', 'the lease was changed by another');
      }
      return this.#lease.write(record, annotations);
    });
  }

  async #overTheLine<Value>(request: () => Value): Promise<Value> {
    if (this.line === 'silent') return new Promise(() => {});
    if (this.line === 'cut') throw new ApiServerError('unreachable', 'connection refused');
    return request();
  }
}
