/**
 * What waits before it may go out: assignments and report acknowledgements wait for the journal
 * (docs/invariants.md, 1), and reports that could not be taken wait to be asked for again.
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
  /** Nodes whose agent may have to hear of something. */
  readonly #changed = new Set<string>();
  /** AgentSessions with a report that is taken but not acknowledged. */
  readonly #owing = new Set<AgentSession>();
  /** AgentSessions with a report that could not be taken. */
  readonly #deferredReports = new Set<AgentSession>();

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  nodeChanged(node: string): void {
    if (this.#options.sessionOf(node) !== null) this.#changed.add(node);
  }

  addPendingAck(session: AgentSession): void {
    this.#owing.add(session);
  }

  addDeferredReport(session: AgentSession): void {
    this.#deferredReports.add(session);
  }

  remove(session: AgentSession): void {
    this.#owing.delete(session);
    this.#deferredReports.delete(session);
  }

  /** Sends what may go out by now. */
  flush(): void {
    const { journal, evaluation, sessionOf } = this.#options;
    for (const session of this.#owing) if (!session.acknowledgeReports()) this.#owing.delete(session);
    for (const node of this.#changed) {
      if (evaluation.revision(node) > journal.durableRevision) continue;
      this.#changed.delete(node);
      sessionOf(node)?.publish();
    }
    if (!journal.accepting) return;
    for (const session of this.#deferredReports) session.send({ reportRequest: {} });
    this.#deferredReports.clear();
  }
}
