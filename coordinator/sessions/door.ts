/** Who may come in: what a Hello must hold, which of two agents speaks for a node, and where an agent may go on from. */
import { RollcallError } from '../../shared/errors.ts';
import { PROTOCOL_VERSION } from '../../shared/rpc/contract.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import { UNKNOWN_NODE_RETRY_MS } from '../limits.ts';
import type { AgentRecord } from './agent-record.ts';
import type { SessionIdentity } from './agent-session.ts';
import type { Held } from './assignment-update.ts';

/** @throws RollcallError where the Hello itself rules a session out. */
export function checkHello(hello: Hello__Output): void {
  const node = hello.node?.name ?? '';
  if (node === '') throw new RollcallError('MESSAGE_INVALID', 'hello.node.name is empty');
  if (hello.instanceId === '') throw new RollcallError('MESSAGE_INVALID', 'hello.instance_id is empty');
  const { min, max } = PROTOCOL_VERSION;
  const { protocolVersionMin, protocolVersionMax } = hello;
  if (protocolVersionMin <= max && protocolVersionMax >= min) return;
  throw new RollcallError(
    'PROTOCOL_UNSUPPORTED',
    `the agent speaks protocol versions ${protocolVersionMin} to ${protocolVersionMax}, this coordinator ${min} to ${max}; upgrade the older of the two`,
    { metadata: { node } },
  );
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
export function takeOver(previous: SessionIdentity, hello: Hello__Output, leaseMs: number): string {
  const { node, instanceId, startedMs } = previous;
  if (instanceId === hello.instanceId) return `the same agent opened a new stream for node ${node}`;
  if (timeFromWire(hello.startTime) > startedMs)
    return `an agent that started later took over node ${node}; stop one of the two`;
  throw superseded(node, `an agent that started later answers for node ${node}; stop one of the two`, leaseMs);
}

export function superseded(node: string, detail: string, leaseMs: number): RollcallError {
  return new RollcallError('SUPERSEDED', detail, { metadata: { node }, retryAfterMs: leaseMs });
}

/** What the agent holds, if it is what we know that it was given; `null`: it gets a snapshot. */
export function resume(
  { cursor }: Hello__Output,
  { acknowledged, sent }: AgentRecord,
  { storeId, isNewest }: { storeId: string; isNewest: (held: Held) => boolean },
): Held | null {
  if (!cursor || cursor.storeId !== storeId) return null;
  const claimed = { revision: Number(cursor.revision), digest: cursor.digest };
  const given = [sent, acknowledged].some(
    (held) => held?.revision === claimed.revision && held.digest.equals(claimed.digest),
  );
  return given || isNewest(claimed) ? claimed : null;
}
