/**
 * Sends what the outbox holds over one stream: each kind no faster than the terms allow, and no second
 * report of a kind before the first is acknowledged, so that a slow coordinator costs a constant.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logging.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import { nodeReportToWire, podReportToWire } from '../../shared/rpc/wire.ts';
import type { Outbox, PendingReport, ReportKind } from './outbox.ts';
import type { ConnectRequest } from './stream.ts';
import type { StreamSettings } from './stream-settings.ts';

const REQUEST = messageCodec('rollcall.v1.ConnectRequest');

export interface ReportingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: Outbox;
  readonly send: (message: ConnectRequest) => void;
  readonly settings: () => StreamSettings;
  /** A report was not acknowledged for a whole lease: nobody listens any more. */
  readonly silent: () => void;
}

interface Progress {
  readonly sentMs: number;
  readonly sequence: number;
  cancelNext: (() => void) | undefined;
  readonly cancelSilence: () => void;
}

export class Reporting {
  readonly #options: ReportingOptions;
  readonly #progress = new Map<ReportKind, Progress>();
  /** Said once per report that it cannot be sent. */
  #tooLargeSequence = 0;
  #closed = false;

  constructor(options: ReportingOptions) {
    this.#options = options;
  }

  /** Looks at the outbox again: a report was put, or acknowledged. */
  advance(): void {
    if (this.#closed) return;
    for (const [kind, progress] of this.#progress) if (!this.#isInFlight(kind)) progress.cancelSilence();
    for (const pending of this.#options.outbox.pending) this.#advance(pending);
  }

  /** Waits for no acknowledgement any more: the coordinator wants to hear everything again. */
  forget(): void {
    for (const { cancelNext, cancelSilence } of this.#progress.values()) {
      cancelNext?.();
      cancelSilence();
    }
    this.#progress.clear();
  }

  close(): void {
    this.#closed = true;
    this.forget();
  }

  #isInFlight(kind: ReportKind): boolean {
    return (this.#progress.get(kind)?.sequence ?? 0) > this.#options.outbox.acknowledgedSequence;
  }

  #advance(pending: PendingReport): void {
    if (this.#isInFlight(pending.kind)) return;
    const { clock, settings } = this.#options;
    const progress = this.#progress.get(pending.kind);
    const dueMs = progress === undefined ? 0 : progress.sentMs + settings().minReportIntervalMs;
    const waitMs = dueMs - clock.nowMs();
    if (progress === undefined || waitMs <= 0) this.#send(pending);
    else progress.cancelNext ??= clock.after(waitMs, () => this.#due(progress));
  }

  #due(progress: Progress): void {
    progress.cancelNext = undefined;
    this.advance();
  }

  #send(pending: PendingReport): void {
    const { clock, outbox, send, silent, settings } = this.#options;
    const numbered = outbox.numbered(pending);
    const message = toWire(numbered);
    if (this.#isTooLarge(message, numbered)) return;
    const { sequence } = numbered.report;
    const { cancelNext } = this.#progress.get(pending.kind) ?? {};
    cancelNext?.();
    const cancelSilence = clock.after(settings().leaseMs, silent);
    this.#progress.set(pending.kind, { sentMs: clock.nowMs(), sequence, cancelNext: undefined, cancelSilence });
    send(message);
  }

  #isTooLarge(message: ConnectRequest, { kind, report: { sequence } }: PendingReport): boolean {
    const { log, settings } = this.#options;
    const size = REQUEST.serialize(message).length;
    const { maxReportBytes } = settings();
    if (size <= maxReportBytes) return false;
    const what = `the report of the ${kind} is too large for the coordinator and is not sent`;
    if (sequence > this.#tooLargeSequence) log.error({ size, maxReportBytes }, what);
    this.#tooLargeSequence = Math.max(this.#tooLargeSequence, sequence);
    return true;
  }
}

function toWire(pending: PendingReport): ConnectRequest {
  if (pending.kind === 'node') return { nodeReport: nodeReportToWire(pending.report) };
  return { podReport: podReportToWire(pending.report) };
}
