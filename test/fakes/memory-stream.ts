/** The agent's side of an in-memory stream: the messages that it received, decoded, and how the stream ended. */

import type { SessionStream } from '../../coordinator/agents/agent-session.ts';
import { ANONYMOUS, type Caller } from '../../coordinator/identity/caller.ts';
import type { RollcallError } from '../../shared/errors.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import type {
  ConnectResponse,
  ConnectResponse__Output,
} from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';

const RESPONSE = messageCodec('rollcall.v1.ConnectResponse');

type Kind = NonNullable<ConnectResponse__Output['message']>;

export class MemoryStream implements SessionStream {
  readonly peerAddress: string;
  readonly caller: Caller;
  readonly sent: ConnectResponse__Output[] = [];
  /** Number of times that the stream was ended; must not exceed 1. */
  endCount = 0;
  /** The error with which the stream ended; `null` for a normal end. */
  error: RollcallError | null = null;
  /** Called when the stream ends, because gRPC notifies the local side immediately. */
  onEnd: () => void = () => {};

  constructor(peerAddress = '127.0.0.1:1', caller = ANONYMOUS) {
    this.peerAddress = peerAddress;
    this.caller = caller;
  }

  send(message: ConnectResponse): void {
    if (this.endCount > 0) throw new Error('a message was sent after the end of the stream');
    this.sent.push(RESPONSE.deserialize(RESPONSE.serialize(message)));
  }

  end(error?: RollcallError): void {
    this.endCount += 1;
    this.error = error ?? null;
    this.onEnd();
  }

  all<K extends Kind>(kind: K): NonNullable<ConnectResponse__Output[K]>[] {
    return this.sent.flatMap((message) => message[kind] ?? []);
  }

  get kinds(): string[] {
    return this.sent.map(({ message }) => message ?? 'unknown');
  }
}
