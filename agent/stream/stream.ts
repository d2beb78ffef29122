/** The stream to the coordinator as the session sees it: gRPC in the agent, a pair of functions in a test. */
import type { RollcallError } from '../../shared/errors.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output as ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';

export type { ConnectRequest, ConnectResponse };

export interface Stream {
  send(message: ConnectRequest): void;
  /** Says that nothing more will be sent; the other side then ends the stream. */
  end(): void;
  /** Gives the stream up at once. */
  cancel(): void;
}

export interface StreamListener {
  received(message: ConnectResponse): void;
  /** The stream is over, `null` for a good end. Called exactly once, after `open` returned, and nothing comes after it. */
  ended(error: RollcallError | null): void;
}

/** Starts a stream; whether it can be had is told to the listener. */
export type OpenStream = (listener: StreamListener) => Stream;
