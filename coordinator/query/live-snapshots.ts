/** Decides whether a request is about now, and takes a snapshot of the running coordinator if so. */
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import type { Journal } from '../journal/journal.ts';
import { LiveSnapshot, type LiveState } from './live-snapshot.ts';

export interface LiveSnapshotsDependencies extends LiveState {
  readonly journal: Pick<Journal, 'nextRevision' | 'durableRevision' | 'status'>;
}

export class LiveSnapshots {
  readonly #dependencies: LiveSnapshotsDependencies;

  constructor(dependencies: LiveSnapshotsDependencies) {
    this.#dependencies = dependencies;
  }

  now(): LiveSnapshot {
    return new LiveSnapshot(this.#dependencies);
  }

  /**
   * `null` for a request that the journal has to answer: one about the past, and, while the journal cannot write, one about now.
   * What is not durable must not be visible, so the newest durable event is then the moment of the answer.
   * `pinnedRevision`: that of the previous page of a list; 0 for the first page.
   */
  of(at: WireMoment | null, pinnedRevision = 0): LiveSnapshot | null {
    if (at !== null || pinnedRevision > 0) return null;
    const { journal } = this.#dependencies;
    const isBehind = journal.durableRevision < journal.nextRevision - 1;
    const mustWait = isBehind && journal.status().state === 'stalled' && journal.durableRevision > 0;
    return mustWait ? null : this.now();
  }
}
