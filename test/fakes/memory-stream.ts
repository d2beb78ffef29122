/** An agent's end of a stream in memory: what it was sent, as it would read it, and how the stream ended. */

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
  /** How often the stream was ended; once is right. */
  endCount = 0;
  /** With what it was ended; `null` where it ended well. */
  error: RollcallError | null = null;
  /** Called when the stream ends, as gRPC tells its own side at once. */
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
