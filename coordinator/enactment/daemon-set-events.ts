/**
 * Emits Kubernetes Events on the DaemonSet, with the reasons of the built-in controller, for `kubectl describe`. They may be lost:
 * the journal is the record. Their number is limited as in client-go, and none delays a write.
 */
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { KUBERNETES_EVENTS } from '../limits.ts';
import type { PlannedEvent, PodAction } from '../rollout/daemon-set-plan.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import type { ActionResult } from './pod-writes.ts';

export interface EventSubject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly raw: { readonly metadata: { readonly resourceVersion: string } };
}

interface EmittedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface DaemonSetEventsOptions {
  readonly writer: ClusterWriter;
  readonly clock: Clock;
  readonly log: Logger;
  /** Unique in the namespace, for the name of an event. */
  readonly randomId: () => string;
  readonly isDryRun: boolean;
}

interface Bucket {
  tokens: number;
  refilledMs: number;
  /** The newest event, which is not repeated while it stays the same. */
  last: string;
}

export class DaemonSetEvents {
  readonly #options: DaemonSetEventsOptions;
  readonly #buckets = new Map<string, Bucket>();
  #inFlight = 0;

  constructor(options: DaemonSetEventsOptions) {
    this.#options = options;
  }

  /** After a request for a pod. */
  wrote(
    subject: EventSubject,
    { verb }: PodAction,
    pod: string,
    result: ActionResult['result'],
    problem: string,
  ): void {
    if (verb !== 'create' && verb !== 'delete') return;
    const isCreate = verb === 'create';
    if (result === 'done') {
      const message = `${isCreate ? 'Created' : 'Deleted'} pod: ${pod}`;
      this.emit(subject, { type: 'Normal', reason: isCreate ? 'SuccessfulCreate' : 'SuccessfulDelete', message });
    } else if (result === 'failed') {
      const message = `Error ${isCreate ? 'creating' : 'deleting'}: ${problem}`;
      this.emit(subject, { type: 'Warning', reason: isCreate ? 'FailedCreate' : 'FailedDelete', message });
    }
  }

  emit(subject: EventSubject, event: EmittedEvent | PlannedEvent): void {
    const { isDryRun } = this.#options;
    if (isDryRun || !this.#isAllowed(subject, event) || this.#inFlight >= KUBERNETES_EVENTS.inFlight) return;
    this.#inFlight++;
    void this.#send(subject, event).finally(() => this.#inFlight--);
  }

  /** As client-go's spam filter: a burst per object, then one event in five minutes. */
  #isAllowed({ uid }: EventSubject, { reason, message }: EmittedEvent): boolean {
    const nowMs = this.#options.clock.elapsedMs();
    const { burst, refillMs, objects } = KUBERNETES_EVENTS;
    const bucket = this.#buckets.get(uid) ?? { tokens: burst, refilledMs: nowMs, last: '' };
    if (!this.#buckets.has(uid) && this.#buckets.size >= objects) this.#buckets.clear();
    this.#buckets.set(uid, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.refilledMs) / refillMs);
    bucket.refilledMs = nowMs;
    const text = `${reason}: ${message}`;
    if (bucket.tokens < 1 || text === bucket.last) return false;
    bucket.tokens--;
    bucket.last = text;
    return true;
  }

  async #send({ namespace, name, uid, raw }: EventSubject, { type, reason, message }: EmittedEvent): Promise<void> {
    const { writer, clock, log, randomId } = this.#options;
    const time = new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
    const { resourceVersion } = raw.metadata;
    const involvedObject = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name, uid, resourceVersion };
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${randomId()}`, namespace },
      involvedObject,
      type,
      reason,
      message: message.slice(0, KUBERNETES_EVENTS.messageLength),
      source: { component: 'rollcall' },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    try {
      await writer.create(`/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, event);
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      log.debug({ err: error, daemonSet: `${namespace}/${name}`, reason }, 'failed to emit an event');
    }
  }
}
