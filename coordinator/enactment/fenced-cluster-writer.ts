/** Lets a write pass only while this coordinator holds the Lease for longer than the write can take. */
import { RollcallError } from '../../shared/errors.ts';
import { CLUSTER_WRITE_TIMEOUT_MS } from '../limits.ts';
import type { ClusterObject, ClusterWriter, CreatedObject, MergePatch, Preconditions } from './cluster-writer.ts';

/** How long this coordinator still holds the Lease, in milliseconds of a monotonic clock; 0 unless it leads. */
export interface Fence {
  readonly leaseRemainingMs: number;
}

export class FencedClusterWriter implements ClusterWriter {
  readonly #writer: ClusterWriter;
  readonly #fence: Fence;

  constructor(writer: ClusterWriter, fence: Fence) {
    this.#writer = writer;
    this.#fence = fence;
  }

  async create(path: string, object: object): Promise<CreatedObject> {
    this.#requireLease();
    return this.#writer.create(path, object);
  }

  async patch(path: string, patch: MergePatch, preconditions: Preconditions): Promise<ClusterObject> {
    this.#requireLease();
    return this.#writer.patch(path, patch, preconditions);
  }

  async delete(path: string, preconditions: Preconditions): Promise<void> {
    this.#requireLease();
    return this.#writer.delete(path, preconditions);
  }

  #requireLease(): void {
    const remainingMs = this.#fence.leaseRemainingMs;
    if (remainingMs > CLUSTER_WRITE_TIMEOUT_MS) return;
    const held =
      remainingMs > 0 ? `holds the Lease for only ${Math.floor(remainingMs)} ms more` : 'does not hold the Lease';
    throw new RollcallError(
      'NOT_LEADER',
      `this coordinator ${held}, and a write to the cluster may take ${CLUSTER_WRITE_TIMEOUT_MS} ms; nothing was written`,
    );
  }
}
