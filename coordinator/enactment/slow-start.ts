/**
 * How many pods of a DaemonSet are created at once: 1, then twice as many after each batch without a failure, up to 250 (Kubernetes
 * pkg/controller/controller_utils.go, slowStartBatch). A template that is refused then costs few requests, however many nodes there are.
 */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { PASS_WRITES_MAX } from '../limits.ts';

export class SlowStart {
  readonly #sizes = new Map<DaemonSetKey, number>();

  sizeOf(key: DaemonSetKey): number {
    return this.#sizes.get(key) ?? 1;
  }

  /** After a batch. */
  ended(key: DaemonSetKey, { hasFailed }: { readonly hasFailed: boolean }): void {
    if (hasFailed) this.#sizes.delete(key);
    else this.#sizes.set(key, Math.min(this.sizeOf(key) * 2, PASS_WRITES_MAX));
  }

  /** All pods exist, or the DaemonSet does not. The next batch starts with one pod again. */
  forget(key: DaemonSetKey): void {
    this.#sizes.delete(key);
  }
}
