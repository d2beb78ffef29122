/** Journals the events of agents: connections, refusals, absence, and acknowledgements. */
import type { Clock } from '../../shared/clock.ts';
import type { RollcallError } from '../../shared/errors.ts';
import type { AgentEvent, Cause, NewEvent } from '../../shared/journal-format/events.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import type { Caller } from '../identity/caller.ts';
import { CONNECT, type Denial } from '../identity/denials.ts';
import type { AgentRecord } from './agent-record.ts';
import type { AgentSession, SessionStream } from './agent-session.ts';
import type { Held } from './assignment-update.ts';
import { truncate } from './peer-text.ts';
import { RefusalFilter } from './refusal-filter.ts';

export interface AgentJournalOptions {
  readonly append: (events: readonly NewEvent[]) => number;
  readonly denied: (denial: Denial) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export class AgentJournal {
  readonly #options: AgentJournalOptions;
  readonly #refusals: RefusalFilter;

  constructor(options: AgentJournalOptions) {
    this.#options = options;
    this.#refusals = new RefusalFilter(options.clock);
  }

  recordSession(action: AgentEvent['action'], session: AgentSession, lastSeenMs: number, detail: string): void {
    const { node, sessionId, instanceId, agentVersion } = session.identity;
    const { peerAddress } = session;
    this.#agent({ action, node, sessionId, instanceId, agentVersion, peerAddress, lastSeenMs, detail });
  }

  /** `credentialId` identifies the token that opened the stream, if there was one. */
  recordConnected(session: AgentSession, { credentialId }: Caller, held: Held | null): void {
    const resumed = held === null ? [] : [`resumed at revision ${held.revision}`];
    const details = [...resumed, ...(credentialId === '' ? [] : [`token ${credentialId}`])];
    this.recordSession('connected', session, this.#nowMs, details.join(', '));
  }

  /** An agent was not admitted. */
  recordRefused(hello: Hello__Output, { peerAddress, caller }: SessionStream, error: RollcallError): void {
    const { log, denied } = this.#options;
    const node = truncate(hello.node?.name ?? '');
    log.warn({ node, reason: error.reason, detail: error.message }, 'agent refused');
    if (error.reason === 'NODE_IDENTITY_MISMATCH') return denied({ caller, peerAddress, method: CONNECT, node, error });
    if (!this.#refusals.shouldRecord(node, error)) return;
    this.#agent({
      action: 'refused',
      node,
      sessionId: '',
      instanceId: truncate(hello.instanceId),
      agentVersion: truncate(hello.agentVersion),
      peerAddress,
      lastSeenMs: 0,
      detail: `${error.reason}: ${error.message}`,
    });
  }

  recordAbsent({ node, session, instanceId, agentVersion, lastSeenMs }: AgentRecord, detail: string): void {
    const sessionId = session?.identity.sessionId ?? '';
    const peerAddress = session?.peerAddress ?? '';
    this.#agent({ action: 'absent', node, sessionId, instanceId, agentVersion, peerAddress, lastSeenMs, detail });
  }

  /** An agent acknowledged or refused an update. `held` is its position after that. */
  recordAnswer(
    action: 'acknowledged' | 'refused',
    session: AgentSession,
    { assignmentRevision, held, detail }: { assignmentRevision: number; held: Held | null; detail: string },
  ): void {
    const { node, instanceId } = session.identity;
    const digest = held?.digest.toString('hex') ?? '';
    const cause: Cause = { trigger: 'agent', revision: assignmentRevision, actor: '' };
    this.#options.append([
      {
        kind: 'assignment',
        action,
        node,
        assignmentRevision,
        digest,
        instanceId,
        detail: truncate(detail),
        occurredMs: this.#nowMs,
        cause,
      },
    ]);
  }

  #agent(event: Omit<AgentEvent, 'kind' | 'occurredMs' | 'cause'>): void {
    const cause: Cause = { trigger: 'agent', revision: 0, actor: '' };
    this.#options.append([{ kind: 'agent', ...event, occurredMs: this.#nowMs, cause }]);
  }

  get #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
