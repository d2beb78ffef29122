/** Rows about agents: who came, went, was refused, and what they answered. */
import type { Clock } from '../../shared/clock.ts';
import type { RollcallError } from '../../shared/errors.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import type { AgentEvent, Cause, NewEvent } from '../journal/events.ts';
import type { AgentRecord } from './agent-record.ts';
import type { AgentSession } from './agent-session.ts';
import type { Held } from './assignment-update.ts';
import { cut } from './detail.ts';

export class AgentJournal {
  readonly #append: (events: readonly NewEvent[]) => number;
  readonly #clock: Clock;

  constructor({ append, clock }: { append: (events: readonly NewEvent[]) => number; clock: Clock }) {
    this.#append = append;
    this.#clock = clock;
  }

  /** Something happened to a session. */
  session(action: AgentEvent['action'], session: AgentSession, lastSeenMs: number, detail: string): void {
    const { node, sessionId, instanceId, agentVersion } = session.identity;
    const { peerAddress } = session;
    this.#agent({ action, node, sessionId, instanceId, agentVersion, peerAddress, lastSeenMs, detail });
  }

  refused(hello: Hello__Output, peerAddress: string, error: RollcallError): void {
    this.#agent({
      action: 'refused',
      node: cut(hello.node?.name ?? ''),
      sessionId: '',
      instanceId: cut(hello.instanceId),
      agentVersion: cut(hello.agentVersion),
      peerAddress,
      lastSeenMs: 0,
      detail: `${error.reason}: ${error.message}`,
    });
  }

  absent({ node, session, instanceId, agentVersion, lastSeenMs }: AgentRecord, detail: string): void {
    const sessionId = session?.identity.sessionId ?? '';
    const peerAddress = session?.peerAddress ?? '';
    this.#agent({ action: 'absent', node, sessionId, instanceId, agentVersion, peerAddress, lastSeenMs, detail });
  }

  /** An agent answered the assignments of a revision; `held` is what it holds since. */
  answered(
    action: 'acknowledged' | 'refused',
    session: AgentSession,
    { assignmentRevision, held, detail }: { assignmentRevision: number; held: Held | null; detail: string },
  ): void {
    const { node, instanceId } = session.identity;
    const digest = held?.digest.toString('hex') ?? '';
    const cause: Cause = { trigger: 'agent', revision: assignmentRevision, actor: '' };
    this.#append([
      {
        kind: 'assignment',
        action,
        node,
        assignmentRevision,
        digest,
        instanceId,
        detail: cut(detail),
        occurredMs: this.#nowMs,
        cause,
      },
    ]);
  }

  #agent(event: Omit<AgentEvent, 'kind' | 'occurredMs' | 'cause'>): void {
    const cause: Cause = { trigger: 'agent', revision: 0, actor: '' };
    this.#append([{ kind: 'agent', ...event, occurredMs: this.#nowMs, cause }]);
  }

  get #nowMs(): number {
    return this.#clock.nowMs();
  }
}
