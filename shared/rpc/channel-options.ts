/** The gRPC options. The defaults of the library are not suitable for long-lived streams. */
import type { ChannelOptions } from '@grpc/grpc-js';

/** Maximum size of a report. Normal reports have a few kilobytes. */
export const REPORT_BYTES_MAX = 1024 * 1024;

/** A response contains at most one page. A plan or a manifest can be larger than a report. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Interval of pings on an idle connection, so that a half-open connection is detected within a minute. */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** An agent needs one stream and a CLI few calls. */
const STREAMS_PER_CONNECTION_MAX = 64;

const KEEPALIVE: ChannelOptions = {
  'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.keepalive_permit_without_calls': 1,
};

export const CLIENT_OPTIONS: ChannelOptions = {
  ...KEEPALIVE,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  // A call with retries buffers every message of a long stream (grpc-node#2371). Rollcall reconnects itself.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Costs CPU per message and leaked memory (grpc-node#2068).
  'grpc.enable_channelz': 0,
};

export const SERVER_OPTIONS: ChannelOptions = {
  ...KEEPALIVE,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
  // Without channelz, grpc-js does not track open connections, and forceShutdown closes none of them.
  'grpc.enable_channelz': 1,
};
