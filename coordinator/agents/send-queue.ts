/**
 * Holds what must not be sent yet: assignments and report acknowledgements wait until the journal is durable
 * (docs/invariants.md, 1), and requests for reports wait until the journal accepts events again.
 */
import type { AgentSession } from './agent-session.ts';
import type { SessionEvaluation, SessionJournal } from './session-dependencies.ts';

export interface SendQueueOptions {
  readonly journal: SessionJournal;
  readonly evaluation: Pick<SessionEvaluation, 'revision'>;
  readonly sessionOf: (node: string) => AgentSession | null;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  /** Nodes whose assignments may have changed. */
  readonly #changedNodes = new Set<string>();
  /** Sessions with an accepted report that is not acknowledged yet. */
  readonly #pendingAcks = new Set<AgentSession>();
  /** Sessions with a report that was not accepted and must be requested again. */
  readonly #deferredReports = new Set<AgentSession>();

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  nodeChanged(node: string): void {
    if (this.#options.sessionOf(node) !== null) this.#changedNodes.add(node);
  }

  addPendingAck(session: AgentSession): void {
    this.#pendingAcks.add(session);
  }

  addDeferredReport(session: AgentSession): void {
    this.#deferredReports.add(session);
  }

  remove(session: AgentSession): void {
    this.#pendingAcks.delete(session);
    this.#deferredReports.delete(session);
  }

  /** Sends what may be sent now. */
  flush(): void {
    const { journal, evaluation, sessionOf } = this.#options;
    for (const session of this.#pendingAcks) if (!session.acknowledgeReports()) this.#pendingAcks.delete(session);
    for (const node of this.#changedNodes) {
      if (evaluation.revision(node) > journal.durableRevision) continue;
      this.#changedNodes.delete(node);
      sessionOf(node)?.publish();
    }
    if (!journal.accepting) return;
    for (const session of this.#deferredReports) session.send({ reportRequest: {} });
    this.#deferredReports.clear();
  }
}
