/**
 * How long agents take to hold what was decided: from a decision until the agent acknowledged the
 * assignment that follows from it, read off the rows of the journal. Only what a connected agent had to
 * be told counts; one that was away gets everything when it comes back, and that says nothing of us.
 */
import type { DecisionEvent, JournalEvent } from '../../shared/journal-format/events.ts';

interface Waiting {
  readonly revision: number;
  readonly decidedMs: number;
}

/** Decisions that wait for one agent's answer; more than this at once are answered by one update anyway. */
const WAITING_MAX = 64;

export class AcknowledgementTimes {
  /** By node, in order; a node is in it while its agent is connected. */
  readonly #waiting = new Map<string, Waiting[]>();

  /** Takes rows in the order of the journal; returns a time in seconds for each update that was acknowledged. */
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

  /** The oldest decision that the update carried is the one that waited longest. */
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
