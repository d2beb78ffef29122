/** Opens gRPC streams to the coordinator, with one channel per stream. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import type { ChannelSecurity, OpenSecurity } from '../../shared/rpc/channel-security.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { unreachableWords } from '../../shared/rpc/unreachable.ts';
import type { OpenStream, Stream } from './stream.ts';

/**
 * A failed channel waits up to two minutes before it reconnects and rejects streams meanwhile. The session has its own
 * backoff, so each stream uses a new channel.
 */
const FRESH_CHANNEL = { ...CLIENT_OPTIONS, 'grpc.use_local_subchannel_pool': 1 };

const NO_STREAM: Stream = { send: () => {}, end: () => {}, cancel: () => {} };

/** `address` is `host:port`. */
export function grpcStreams(address: string, openSecurity: OpenSecurity): OpenStream {
  return (listener) => {
    let security: ChannelSecurity;
    try {
      security = openSecurity();
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      queueMicrotask(() => listener.ended(error));
      return NO_STREAM;
    }
    const client = new AgentService(address, security.credentials, { ...FRESH_CHANNEL, ...security.options });
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

/** An error without a reason does not come from the coordinator. */
function describe(error: ServiceError, address: string): RollcallError {
  const known = fromServiceError(error, 'COORDINATOR_UNREACHABLE');
  if (known.reason !== 'COORDINATOR_UNREACHABLE') return known;
  const details = error.details || error.message;
  return new RollcallError(
    'COORDINATOR_UNREACHABLE',
    unreachableWords(address, details, (why) => `: ${why}`),
  );
}
