/**
 * Observes the pods of a node through its kubelet (`GET /pods`), so that they can be compared with the API server. The
 * kubelet has no watch, so the agent polls it.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { type ListWatchCounts, noCounts } from '../../shared/api-server/list-watch.ts';
import type { Clock } from '../../shared/clock.ts';
import { KnownPods } from './known-pods.ts';
import { KUBELET_FAILURES_MAX, KUBELET_POLL_JITTER, KUBELET_POLL_MS } from './limits.ts';
import type { PodSource, PodSourceListener } from './pod-source.ts';
import { trimmedPod } from './trimmed-pod.ts';

export interface KubeletPodsOptions {
  /** Reads from the HTTPS endpoint of the kubelet. */
  readonly reader: ApiServerReader;
  readonly clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export class KubeletPods implements PodSource {
  readonly name: string;
  readonly #options: KubeletPodsOptions;
  readonly #closing = new AbortController();
  readonly #known = new KnownPods();
  #cancelNext: () => void = () => {};
  readonly #counts = noCounts();
  #hasEmitted = false;
  #failures = 0;

  constructor(options: KubeletPodsOptions) {
    this.#options = options;
    this.name = options.reader.url;
  }

  start(listener: PodSourceListener): void {
    void this.#poll(listener);
  }

  counts(): ListWatchCounts {
    return this.#counts;
  }

  close(): void {
    this.#closing.abort();
    this.#cancelNext();
    this.#options.reader.close();
  }

  async #poll(listener: PodSourceListener): Promise<void> {
    try {
      const { items } = await this.#options.reader.get('/pods', {}, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      this.#received(items, listener);
    } catch (error) {
      if (!(error instanceof ApiServerError)) throw error;
      if (this.#closing.signal.aborted) return;
      this.#counts.ends[error.failure]++;
      // The client calls every server an API server.
      this.#failed(error.message.replace(/^the API server /, 'it '), listener);
    }
    const { clock, random } = this.#options;
    const delayMs = KUBELET_POLL_MS * (1 + KUBELET_POLL_JITTER * random());
    this.#cancelNext = clock.after(delayMs, () => void this.#poll(listener));
  }

  #received(items: unknown, listener: PodSourceListener): void {
    if (!Array.isArray(items)) return this.#failed('its response to GET /pods is not a list', listener);
    const isNews = this.#known.replace(items.map(trimmedPod).filter((pod) => pod !== null));
    if (this.#failures > KUBELET_FAILURES_MAX) listener.problemChanged(null);
    this.#failures = 0;
    this.#counts.lists++;
    if (isNews || !this.#hasEmitted) listener.podsChanged(this.#known.all());
    this.#hasEmitted = true;
  }

  #failed(why: string, listener: PodSourceListener): void {
    this.#failures++;
    if (this.#failures > KUBELET_FAILURES_MAX)
      listener.problemChanged(`the kubelet at ${this.name} does not return the pods: ${why}`);
  }
}
