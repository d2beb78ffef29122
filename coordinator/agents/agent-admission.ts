/** Admits agents: validates Hello, decides between two agents of one node, and validates the cursor of an agent. */
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

  /** Rejects all agents from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Applies the rate limit. Is called before anything expensive and before anything is journalled.
   * @throws RollcallError TOO_MANY_CONNECTS or DRAINING.
   */
  checkRate(): void {
    if (this.#isClosed) {
      throw new RollcallError('DRAINING', 'the coordinator is shutting down', { retryAfterMs: DRAIN_WINDOW_MS });
    }
    if (!this.#admission.take()) {
      const retryAfterMs = ADMISSION_RETRY_MS * (1 + this.#options.random());
      throw new RollcallError('TOO_MANY_CONNECTS', 'too many agents are connecting; retry later', { retryAfterMs });
    }
  }

  /** Returns the identity of the agent. @throws RollcallError if the agent is not admitted. */
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

/** Whether to journal a refusal. Rate limiting is temporary, and an invalid node name cannot be stored. */
export function isRecordable(node: string, { reason }: RollcallError): boolean {
  return reason !== 'TOO_MANY_CONNECTS' && reason !== 'DRAINING' && isDnsSubdomain(node);
}

/** @throws RollcallError if the Hello is invalid. */
function checkHello(hello: Hello__Output, nowMs: number): void {
  const node = hello.node?.name ?? '';
  const { instanceId } = hello;
  if (node === '') throw new RollcallError('MESSAGE_INVALID', 'hello.node.name is empty');
  if (!isDnsSubdomain(node)) {
    throw new RollcallError('MESSAGE_INVALID', `hello.node.name ${quote(node)} is not a valid node name`);
  }
  if (instanceId === '') throw new RollcallError('MESSAGE_INVALID', 'hello.instance_id is empty');
  if (instanceId.length > INSTANCE_ID_LENGTH_MAX) {
    const said = `hello.instance_id has ${instanceId.length} characters; the maximum is ${INSTANCE_ID_LENGTH_MAX}`;
    throw new RollcallError('MESSAGE_INVALID', said);
  }
  // The process that started later wins, so a start time in the future would block all other agents.
  if (timeFromWire(hello.startTime) > nowMs + CLOCK_SKEW_MS_MAX) {
    throw new RollcallError('MESSAGE_INVALID', 'hello.start_time is in the future; correct the clock of the node');
  }
  const { min, max } = PROTOCOL_VERSION;
  const { minProtocolVersion, maxProtocolVersion } = hello;
  if (minProtocolVersion <= max && maxProtocolVersion >= min) return;
  throw new RollcallError(
    'PROTOCOL_UNSUPPORTED',
    `the agent supports protocol versions ${minProtocolVersion} to ${maxProtocolVersion}, the coordinator supports ` +
      `${min} to ${max}; upgrade the older one`,
    { metadata: { node } },
  );
}

/** An agent reports only its own node (docs/invariants.md, 5). */
function checkNodeIdentity(node: string, { name, agentNode }: Caller): void {
  if (agentNode?.kind === 'any' || agentNode?.node === node) return;
  const own = agentNode === null ? 'is not an agent' : `is the agent of node ${agentNode.node}`;
  throw new RollcallError('NODE_IDENTITY_MISMATCH', `${name} ${own} and cannot connect as node ${node}`, {
    metadata: { node },
  });
}

export function unknownNode(node: string): RollcallError {
  return new RollcallError(
    'UNKNOWN_NODE',
    `node ${node} is not in the node inventory; add it, or correct the agent's --node-name`,
    {
      metadata: { node },
      retryAfterMs: UNKNOWN_NODE_RETRY_MS,
    },
  );
}

/**
 * Decides between two agent processes of one node: the process that started later wins. A second stream of the same
 * process replaces the first one.
 * @returns the reason for which the previous session ends.
 * @throws RollcallError SUPERSEDED if the previous session wins.
 */
export function takeoverReason(previous: SessionIdentity, next: SessionIdentity, leaseMs: number): string {
  const { node, instanceId, startedMs } = previous;
  if (instanceId === next.instanceId) return `the same agent opened a new stream for node ${node}`;
  if (next.startedMs > startedMs) return `an agent that started later took over node ${node}; stop one of the agents`;
  throw superseded(node, `an agent that started later serves node ${node}; stop one of the agents`, leaseMs);
}

export function superseded(node: string, detail: string, leaseMs: number): RollcallError {
  return new RollcallError('SUPERSEDED', detail, { metadata: { node }, retryAfterMs: leaseMs });
}

/** Returns the agent's position if the coordinator can resume from it, otherwise `null`; the agent then gets a snapshot. */
export function resume(
  { cursor }: Hello__Output,
  { node, acknowledged, sent }: AgentRecord,
  { storeId, source }: { storeId: string; source: AssignmentSource },
): Held | null {
  if (!cursor || cursor.storeId !== storeId) return null;
  const claimed = { revision: Number(cursor.revision), digest: cursor.digest };
  // A revision that the coordinator has not reached belongs to another history.
  if (claimed.revision < 0 || claimed.revision > source.revision(node)) return null;
  const given = [sent, acknowledged].some(
    (held) => held?.revision === claimed.revision && held.digest.equals(claimed.digest),
  );
  return given || holdsNewest(source, node, claimed) ? claimed : null;
}
