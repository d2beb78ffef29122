/**
 * Measures the time from a decision until the agent acknowledges the resulting assignment, from the rows of the journal.
 * Only connected agents are measured; an agent that reconnects gets all missed assignments with one update.
 */
import type { DecisionEvent, JournalEvent } from '../../shared/journal-format/events.ts';

interface Waiting {
  readonly revision: number;
  readonly decidedMs: number;
}

/** Maximum number of measured decisions per agent. One update acknowledges more decisions than this anyway. */
const WAITING_MAX = 64;

export class AcknowledgementTimes {
  /** By node, in order. Contains only nodes with a connected agent. */
  readonly #waiting = new Map<string, Waiting[]>();

  /** Takes rows in the order of the journal. Returns a time in seconds for each acknowledged update. */
  take(events: readonly JournalEvent[]): number[] {
    return events.flatMap((event) => this.#takeOne(event) ?? []);
  }

  #takeOne(event: JournalEvent): number | null {
    if (event.kind === 'decision') this.#decided(event, event.revision);
    if (event.kind === 'agent') {
      if (event.action === 'connected') this.#waiting.set(event.node, []);
      else if (event.action === 'disconnected' || event.action === 'absent') this.#waiting.delete(event.node);
    }
    if (event.kind === 'node' && event.action === 'removed') this.#waiting.delete(event.node);
    if (event.kind !== 'assignment' || event.action !== 'acknowledged') return null;
    return this.#acknowledged(event.node, event.assignmentRevision, event.occurredMs);
  }

  #decided({ node, from, to, occurredMs }: DecisionEvent, revision: number): void {
    if ((from ?? 'none') === (to ?? 'none')) return;
    const waiting = this.#waiting.get(node);
    if (waiting !== undefined && waiting.length < WAITING_MAX) waiting.push({ revision, decidedMs: occurredMs });
  }

  /** Returns the time of the oldest decision in the update, which waited longest. */
  #acknowledged(node: string, revision: number, nowMs: number): number | null {
    const waiting = this.#waiting.get(node) ?? [];
    const [oldest] = waiting;
    if (oldest === undefined || oldest.revision > revision) return null;
    this.#waiting.set(
      node,
      waiting.filter((entry) => entry.revision > revision),
    );
    return Math.max(0, nowMs - oldest.decidedMs) / 1000;
  }
}
