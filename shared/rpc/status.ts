/**
 * Converts between RollcallError and gRPC status. An expected error becomes a status with its reason in the details. Any
 * other error is a bug; the peer gets no internal information.
 */
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { ERROR_DOMAIN, ERROR_KINDS, type ErrorReason, isErrorReason, RollcallError } from '../errors.ts';
import { messageCodec } from './contract.ts';
import { durationFromWire, durationToWire } from './wire-time.ts';

/** The standard trailer for error details in gRPC. */
const DETAILS_KEY = 'grpc-status-details-bin';
const TYPE_PREFIX = 'type.googleapis.com/';
const ERROR_INFO = 'google.rpc.ErrorInfo';
const RETRY_INFO = 'google.rpc.RetryInfo';

export function toStatus(error: unknown): StatusObject {
  const known = error instanceof RollcallError ? error : internalError();
  const code = status[ERROR_KINDS[known.reason].status];
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, encodeDetails(known, code));
  return { code, details: known.message, metadata };
}

/** Converts the status of a failed call. `fallback` is the reason if the status has none. */
export function fromServiceError(error: ServiceError | StatusObject, fallback: ErrorReason): RollcallError {
  const { reason, metadata, retryAfterMs } = decodeDetails(error.metadata);
  const known = reason !== undefined && isErrorReason(reason) ? reason : fallback;
  return new RollcallError(known, error.details, { metadata, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

function internalError(): RollcallError {
  return new RollcallError('INTERNAL', 'internal error; the log of the coordinator has the details');
}

function encodeDetails(error: RollcallError, code: number): Buffer {
  const details = [
    detail(ERROR_INFO, { reason: error.reason, domain: ERROR_DOMAIN, metadata: { ...error.metadata } }),
    ...(error.retryAfterMs === undefined
      ? []
      : [detail(RETRY_INFO, { retryDelay: durationToWire(error.retryAfterMs) })]),
  ];
  return messageCodec('google.rpc.Status').serialize({ code, message: error.message, details });
}

function detail(name: string, value: object): { type_url: string; value: Buffer } {
  return { type_url: TYPE_PREFIX + name, value: messageCodec(name).serialize(value) };
}

interface Details {
  readonly reason?: string;
  readonly metadata: Record<string, string>;
  readonly retryAfterMs?: number;
}

function decodeDetails(metadata: Metadata | undefined): Details {
  const [bytes] = metadata?.get(DETAILS_KEY) ?? [];
  if (!Buffer.isBuffer(bytes)) return { metadata: {} };
  try {
    const { details } = messageCodec('google.rpc.Status').deserialize(bytes) as {
      details: { type_url: string; value: Buffer }[];
    };
    const info = find<{ reason: string; metadata: Record<string, string> }>(details, ERROR_INFO);
    const retry = find<{ retryDelay: { seconds: string; nanos: number } | null }>(details, RETRY_INFO);
    return {
      metadata: info?.metadata ?? {},
      ...(info && { reason: info.reason }),
      ...(retry?.retryDelay && { retryAfterMs: durationFromWire(retry.retryDelay) }),
    };
  } catch {
    // If the details are unreadable, the code and the message are still valid.
    return { metadata: {} };
  }
}

function find<Message>(details: readonly { type_url: string; value: Buffer }[], name: string): Message | undefined {
  const found = details.find((one) => one.type_url === TYPE_PREFIX + name);
  return found && (messageCodec(name).deserialize(found.value) as Message);
}
