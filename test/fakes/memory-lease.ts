/** An in-memory Lease with the optimistic locking of the API server. Each candidate can be disconnected from it. */
import type { LeaseRecord } from '../../coordinator/leadership/election.ts';
import type { LeaseAnnotations, LeasePort, StoredLease } from '../../coordinator/leadership/lease-port.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';

export class MemoryLease {
  stored: StoredLease | null = null;
  annotations: LeaseAnnotations = {};
  #version = 0;

  /** The connection of one candidate to the Lease. */
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
  connection: 'up' | 'cut' | 'silent' = 'up';
  readonly #lease: MemoryLease;

  constructor(lease: MemoryLease) {
    this.#lease = lease;
  }

  read(): Promise<StoredLease | null> {
    return this.#send(() => this.#lease.stored);
  }

  create(record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease> {
    return this.#send(() => {
      if (this.#lease.stored !== null) throw new ApiServerError('conflict', 'the Lease already exists');
      return this.#lease.write(record, annotations);
    });
  }

  update(stored: StoredLease, record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease> {
    return this.#send(() => {
      if (this.#lease.stored?.resourceVersion !== stored.resourceVersion) {
        throw new ApiServerError('conflict', 'the Lease was changed by another candidate');
      }
      return this.#lease.write(record, annotations);
    });
  }

  async #send<Value>(request: () => Value): Promise<Value> {
    if (this.connection === 'silent') return new Promise(() => {});
    if (this.connection === 'cut') throw new ApiServerError('unreachable', 'connection refused');
    return request();
  }
}
