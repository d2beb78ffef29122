/** A query for events, and a page of its answer. */
import type { EventKind, JournalEvent, Trigger } from '../../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';

export interface EventQuery {
  readonly node?: string | undefined;
  /** One DaemonSet, or all DaemonSets of a name in any namespace. */
  readonly daemonSet?: DaemonSetKey | { readonly name: string } | undefined;
  /** Only rows about DaemonSets of this namespace. */
  readonly namespace?: string | undefined;
  /** Default: all kinds. */
  readonly kinds?: readonly EventKind[] | undefined;
  /** Only rows with one of these triggers. */
  readonly triggers?: readonly Trigger[] | undefined;
  /** Only rows whose cause names exactly this actor. */
  readonly actor?: string | undefined;
  /** Only rows that this row caused. */
  readonly causeRevision?: number | undefined;
  /** Only rows recorded at this time or later. */
  readonly sinceMs?: number | undefined;
  /** Only rows recorded before this time. */
  readonly untilMs?: number | undefined;
  /** Only rows before this one. Newest first, the answer is empty when all of them were pruned. */
  readonly beforeRevision?: number | undefined;
  /** Only rows after this one. */
  readonly afterRevision?: number | undefined;
  /** Maximum number of rows; capped at the journal's `queryEventsMax`. */
  readonly limit: number;
  /** Default: newest first. */
  readonly oldestFirst?: boolean | undefined;
}

/** A page of events. Pages do not shift when rows are added. */
export interface EventPage {
  readonly events: readonly JournalEvent[];
  /**
   * Where the next page starts: its `afterRevision` oldest first, its `beforeRevision` newest first. `null`: this is the last page.
   * A page can be short or empty without being the last, because each page examines a bounded number of rows.
   */
  readonly continueAt: number | null;
  /** Set when the query reaches back to pruned rows: the newest of them. 0: it does not. */
  readonly prunedThrough: number;
}
