/**
 * The newest report of each kind until it is durable at the coordinator. A report is state, not an event:
 * a newer one replaces what was not yet sent or acknowledged, so the outbox never grows.
 */
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';

export type Unnumbered<Report> = Omit<Report, 'sequence'>;

export type ReportKind = 'node' | 'pods';

/** A report that waits. It has its number, or 0 while it was never sent. */
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

  /** What is not yet acknowledged, in the order in which it must be sent. */
  get pending(): PendingReport[] {
    return [...this.#pending.values()].sort((left, right) => place(left) - place(right));
  }

  /**
   * The report with its number; one that was sent before keeps it, so that the coordinator knows it
   * again. Numbers are given at the first sending, because on the wire they may only grow.
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

  /** Everything up to `sequence` is durable. */
  acknowledge(sequence: number): void {
    // Never beyond what was sent: a wrong number must not swallow reports to come.
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(sequence, this.#newestSequence));
    for (const [kind, { report }] of this.#pending) {
      if (report.sequence > 0 && report.sequence <= this.#acknowledged) this.#pending.delete(kind);
    }
  }

  /** The highest number that was ever acknowledged. */
  get acknowledgedSequence(): number {
    return this.#acknowledged;
  }
}

function place({ report }: PendingReport): number {
  return report.sequence || Number.MAX_SAFE_INTEGER;
}
