/**
 * Keeps the newest report of each kind until it is durable at the coordinator. A report is a state, not an event: a newer
 * report replaces an unacknowledged one, so the outbox does not grow.
 */
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';

export type Unnumbered<Report> = Omit<Report, 'sequence'>;

export type ReportKind = 'node' | 'pods';

/** A report that is not acknowledged. Its sequence is 0 until it is sent. */
export type PendingReport =
  | { readonly kind: 'node'; readonly report: NodeReport }
  | { readonly kind: 'pods'; readonly report: PodReport };

export class Outbox {
  #newestSequence = 0;
  #acknowledged = 0;
  readonly #pending = new Map<ReportKind, PendingReport>();

  putNode(report: Unnumbered<NodeReport>): void {
    this.#pending.set('node', { kind: 'node', report: { ...report, sequence: 0 } });
  }

  putPods(report: Unnumbered<PodReport>): void {
    this.#pending.set('pods', { kind: 'pods', report: { ...report, sequence: 0 } });
  }

  /** The unacknowledged reports, in the order in which they must be sent. */
  get pending(): PendingReport[] {
    return [...this.#pending.values()].sort((left, right) => place(left) - place(right));
  }

  /**
   * Returns the report with a sequence number. A report that was sent before keeps its number, so that the coordinator
   * recognizes it. Numbers are assigned when a report is first sent, because they must increase on the wire.
   */
  numbered(pending: PendingReport): PendingReport {
    if (pending.report.sequence > 0) return pending;
    const sequence = ++this.#newestSequence;
    const numbered: PendingReport =
      pending.kind === 'node'
        ? { kind: 'node', report: { ...pending.report, sequence } }
        : { kind: 'pods', report: { ...pending.report, sequence } };
    this.#pending.set(numbered.kind, numbered);
    return numbered;
  }

  /** All reports up to `sequence` are durable. */
  acknowledge(sequence: number): void {
    // Limited to sent reports, so that a wrong number does not discard future reports.
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(sequence, this.#newestSequence));
    for (const [kind, { report }] of this.#pending) {
      if (report.sequence > 0 && report.sequence <= this.#acknowledged) this.#pending.delete(kind);
    }
  }

  /** The highest acknowledged sequence. */
  get acknowledgedSequence(): number {
    return this.#acknowledged;
  }
}

function place({ report }: PendingReport): number {
  return report.sequence || Number.MAX_SAFE_INTEGER;
}
