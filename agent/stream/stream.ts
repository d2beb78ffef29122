/** The interface of a stream to the coordinator. Implemented with gRPC and in tests. */
import type { RollcallError } from '../../shared/errors.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output as ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';

export type { ConnectRequest, ConnectResponse };

export interface Stream {
  send(message: ConnectRequest): void;
  /** Closes the sending side. The coordinator then ends the stream. */
  end(): void;
  /** Aborts the stream immediately. */
  cancel(): void;
}

export interface StreamListener {
  received(message: ConnectResponse): void;
  /** The stream ended; `null` if it ended normally. Called exactly once, after `open` returned, as the last call. */
  ended(error: RollcallError | null): void;
}

/** Opens a stream. The listener receives errors. */
export type OpenStream = (listener: StreamListener) => Stream;
