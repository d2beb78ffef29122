/** Every gRPC option that matters, written out: the library's own defaults do not suit long-lived streams. */
import type { ChannelOptions } from '@grpc/grpc-js';

/** A node's report with its pods is a few kilobytes; one over this is a mistake. */
export const REPORT_BYTES_MAX = 1024 * 1024;

/** An answer carries at most a page; a plan or a manifest can be larger than a report. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Between pings on a silent connection, so that a half-open one is found within a minute. */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** An agent needs one stream and a CLI a handful of calls; more on one connection is a mistake. */
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
  // A retrying call keeps every message of a long stream (grpc-node#2371); we reconnect ourselves.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Costs CPU per message and has leaked (grpc-node#2068).
  'grpc.enable_channelz': 0,
};

export const SERVER_OPTIONS: ChannelOptions = {
  ...KEEPALIVE,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
  // Without it grpc-js forgets which connections are open, and forceShutdown closes none of them.
  'grpc.enable_channelz': 1,
};
