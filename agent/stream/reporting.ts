/**
 * Sends the reports in the outbox over one stream. It respects the minimum report interval and sends no report before the
 * previous one of its kind is acknowledged, so that a slow coordinator uses constant memory.
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
  /** A report was not acknowledged within the lease duration. */
  readonly timedOut: () => void;
}

interface Progress {
  readonly sentMs: number;
  readonly sequence: number;
  cancelNext: (() => void) | undefined;
  readonly cancelAckTimeout: () => void;
}

export class Reporting {
  readonly #options: ReportingOptions;
  readonly #progress = new Map<ReportKind, Progress>();
  /** The newest report that was logged as too large. */
  #tooLargeSequence = 0;
  #closed = false;

  constructor(options: ReportingOptions) {
    this.#options = options;
  }

  /** Sends what is due after a change of the outbox. */
  advance(): void {
    if (this.#closed) return;
    for (const [kind, progress] of this.#progress) if (!this.#isInFlight(kind)) progress.cancelAckTimeout();
    for (const pending of this.#options.outbox.pending) this.#advance(pending);
  }

  /** Discards pending acknowledgements, because the coordinator requested all reports. */
  reset(): void {
    for (const { cancelNext, cancelAckTimeout } of this.#progress.values()) {
      cancelNext?.();
      cancelAckTimeout();
    }
    this.#progress.clear();
  }

  close(): void {
    this.#closed = true;
    this.reset();
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
    const { clock, outbox, send, timedOut, settings } = this.#options;
    const numbered = outbox.numbered(pending);
    const message = toWire(numbered);
    if (this.#isTooLarge(message, numbered)) return;
    const { sequence } = numbered.report;
    const { cancelNext } = this.#progress.get(pending.kind) ?? {};
    cancelNext?.();
    const cancelAckTimeout = clock.after(settings().leaseMs, timedOut);
    this.#progress.set(pending.kind, { sentMs: clock.nowMs(), sequence, cancelNext: undefined, cancelAckTimeout });
    send(message);
  }

  #isTooLarge(message: ConnectRequest, { kind, report: { sequence } }: PendingReport): boolean {
    const { log, settings } = this.#options;
    const size = REQUEST.serialize(message).length;
    const { maxReportBytes } = settings();
    if (size <= maxReportBytes) return false;
    const what = `the ${kind === 'node' ? 'node' : 'pod'} report exceeds the maximum size and is not sent`;
    if (sequence > this.#tooLargeSequence) log.error({ size, maxReportBytes }, what);
    this.#tooLargeSequence = Math.max(this.#tooLargeSequence, sequence);
    return true;
  }
}

function toWire(pending: PendingReport): ConnectRequest {
  if (pending.kind === 'node') return { nodeReport: nodeReportToWire(pending.report) };
  return { podReport: podReportToWire(pending.report) };
}
