/** The stream to the coordinator over gRPC, one channel per stream. */
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import type { OpenStream } from './stream.ts';

/**
 * A channel that failed waits up to two minutes before it dials again and refuses streams meanwhile. The
 * session has its own pauses, so every stream gets a channel that knows of no failure before it.
 */
const FRESH_CHANNEL = { ...CLIENT_OPTIONS, 'grpc.use_local_subchannel_pool': 1 };

/** Streams to the coordinator at `address` (`host:port`). */
export function grpcStreams(address: string): OpenStream {
  return (listener) => {
    const client = new AgentService(address, credentials.createInsecure(), FRESH_CHANNEL);
    const call = client.connect();
    let over = false;
    const end = (error: RollcallError | null) => {
      if (over) return;
      over = true;
      client.close();
      listener.ended(error);
    };
    call.on('data', (message) => {
      if (!over) listener.received(message);
    });
    call.on('error', (error: ServiceError) => end(describe(error, address)));
    call.on('status', ({ code }) => {
      if (code === status.OK) end(null);
    });
    return {
      send: (message) => void call.write(message),
      end: () => void call.end(),
      cancel: () => call.cancel(),
    };
  };
}

/** Without a reason of the coordinator's own, it was not the coordinator who answered. */
function describe(error: ServiceError, address: string): RollcallError {
  const known = fromServiceError(error, 'COORDINATOR_UNREACHABLE');
  if (known.reason !== 'COORDINATOR_UNREACHABLE') return known;
  return new RollcallError(
    'COORDINATOR_UNREACHABLE',
    `no coordinator answers at ${address}: ${error.details || error.message}`,
  );
}
