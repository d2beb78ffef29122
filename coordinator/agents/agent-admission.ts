/** Who may come in: what a Hello must hold, which of two agents speaks for a node, and where an agent may go on from. */
import { RollcallError } from '../../shared/errors.ts';
import { isDnsSubdomain } from '../../shared/kubernetes/label-syntax.ts';
import { PROTOCOL_VERSION } from '../../shared/rpc/contract.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import type { Caller } from '../identity/caller.ts';
import {
  ADMISSION,
  ADMISSION_RETRY_MS,
  CLOCK_SKEW_MS_MAX,
  DRAIN_WINDOW_MS,
  INSTANCE_ID_LENGTH_MAX,
  UNKNOWN_NODE_RETRY_MS,
} from '../limits.ts';
import type { AgentRecord } from './agent-record.ts';
import type { SessionIdentity } from './agent-session.ts';
import { type AssignmentSource, type Held, holdsNewest } from './assignment-update.ts';
import { quote, truncate } from './peer-text.ts';
import type { AgentSessionsOptions } from './session-dependencies.ts';
import { TokenBucket } from './token-bucket.ts';

export type AgentAdmissionOptions = Pick<AgentSessionsOptions, 'clock' | 'random' | 'randomId' | 'evaluation'>;

export class AgentAdmission {
  readonly #options: AgentAdmissionOptions;
  readonly #admission: TokenBucket;
  #isClosed = false;

  constructor(options: AgentAdmissionOptions) {
    this.#options = options;
    this.#admission = new TokenBucket({ clock: options.clock, ...ADMISSION });
  }

  /** From now on everybody is sent away. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Whether one more may try to come in now: before anything that costs something or leaves a row.
   * @throws RollcallError TOO_MANY_CONNECTS or DRAINING.
   */
  checkRate(): void {
    if (this.#isClosed) {
      throw new RollcallError('DRAINING', 'the coordinator stops', { retryAfterMs: DRAIN_WINDOW_MS });
    }
    if (!this.#admission.take()) {
      const retryAfterMs = ADMISSION_RETRY_MS * (1 + this.#options.random());
      throw new RollcallError('TOO_MANY_CONNECTS', 'too many agents connect at once', { retryAfterMs });
    }
  }

  /** Who says hello, if it may come in. @throws RollcallError where it may not. */
  admit(hello: Hello__Output, caller: Caller): SessionIdentity {
    const node = hello.node?.name ?? '';
    checkHello(hello, this.#options.clock.nowMs());
    checkNodeIdentity(node, caller);
    if (!this.#options.evaluation.isInInventory(node)) throw unknownNode(node);
    return {
      sessionId: this.#options.randomId(),
      node,
      instanceId: hello.instanceId,
      agentVersion: truncate(hello.agentVersion),
      startedMs: timeFromWire(hello.startTime),
      protocolVersion: Math.min(hello.maxProtocolVersion, PROTOCOL_VERSION.max),
    };
  }
}

/** A crowd at the door is let in moments later, and a row for each would be noise; no row can name what is no name. */
export function isRecordable(node: string, { reason }: RollcallError): boolean {
  return reason !== 'TOO_MANY_CONNECTS' && reason !== 'DRAINING' && isDnsSubdomain(node);
}

/** @throws RollcallError where the Hello itself rules a session out. */
function checkHello(hello: Hello__Output, nowMs: number): void {
  const node = hello.node?.name ?? '';
  const { instanceId } = hello;
  if (node === '') throw new RollcallError('MESSAGE_INVALID', 'hello.node.name is empty');
  if (!isDnsSubdomain(node)) {
    throw new RollcallError('MESSAGE_INVALID', `hello.node.name is no name of a node: ${quote(node)}`);
  }
  if (instanceId === '') throw new RollcallError('MESSAGE_INVALID', 'hello.instance_id is empty');
  if (instanceId.length > INSTANCE_ID_LENGTH_MAX) {
    const said = `hello.instance_id has ${instanceId.length} characters; ${INSTANCE_ID_LENGTH_MAX} are allowed`;
    throw new RollcallError('MESSAGE_INVALID', said);
  }
  // The later process speaks for a node, so one from the future would keep every other out.
  if (timeFromWire(hello.startTime) > nowMs + CLOCK_SKEW_MS_MAX) {
    throw new RollcallError('MESSAGE_INVALID', 'hello.start_time lies in the future; set the clock of the node');
  }
  const { min, max } = PROTOCOL_VERSION;
  const { minProtocolVersion, maxProtocolVersion } = hello;
  if (minProtocolVersion <= max && maxProtocolVersion >= min) return;
  throw new RollcallError(
    'PROTOCOL_UNSUPPORTED',
    `the agent speaks protocol versions ${minProtocolVersion} to ${maxProtocolVersion}, this coordinator ` +
      `${min} to ${max}; upgrade the older of the two`,
    { metadata: { node } },
  );
}

/** An agent speaks for its own node and no other (docs/invariants.md, 5). */
function checkNodeIdentity(node: string, { name, agentNode: speaksFor }: Caller): void {
  if (speaksFor?.kind === 'any' || speaksFor?.node === node) return;
  const own = speaksFor === null ? 'no node' : `node ${speaksFor.node} alone`;
  throw new RollcallError('NODE_IDENTITY_MISMATCH', `${name} speaks for ${own}, and said hello for node ${node}`, {
    metadata: { node },
  });
}

export function unknownNode(node: string): RollcallError {
  return new RollcallError(
    'UNKNOWN_NODE',
    `node ${node} is not on the roll; add it there, or correct the agent's node`,
    {
      metadata: { node },
      retryAfterMs: UNKNOWN_NODE_RETRY_MS,
    },
  );
}

/**
 * Of two agent processes of one node, the one that started later speaks for it; a process that opens
 * a second stream replaces its first.
 * @returns why the previous session ends.
 * @throws RollcallError SUPERSEDED where the new one has to stay outside.
 */
export function takeoverReason(previous: SessionIdentity, next: SessionIdentity, leaseMs: number): string {
  const { node, instanceId, startedMs } = previous;
  if (instanceId === next.instanceId) return `the same agent opened a new stream for node ${node}`;
  if (next.startedMs > startedMs) return `an agent that started later took over node ${node}; stop one of the two`;
  throw superseded(node, `an agent that started later answers for node ${node}; stop one of the two`, leaseMs);
}

export function superseded(node: string, detail: string, leaseMs: number): RollcallError {
  return new RollcallError('SUPERSEDED', detail, { metadata: { node }, retryAfterMs: leaseMs });
}

/** What the agent holds, if it is what we know that it was given; `null`: it gets a snapshot. */
export function resume(
  { cursor }: Hello__Output,
  { node, acknowledged, sent }: AgentRecord,
  { storeId, source }: { storeId: string; source: AssignmentSource },
): Held | null {
  if (!cursor || cursor.storeId !== storeId) return null;
  const claimed = { revision: Number(cursor.revision), digest: cursor.digest };
  // Whoever comes from the future holds something else of the same digest, or a guess.
  if (claimed.revision < 0 || claimed.revision > source.revision(node)) return null;
  const given = [sent, acknowledged].some(
    (held) => held?.revision === claimed.revision && held.digest.equals(claimed.digest),
  );
  return given || holdsNewest(source, node, claimed) ? claimed : null;
}
