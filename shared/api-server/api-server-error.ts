/** How a request to the API server can fail. Each kind of failure requires a different reaction. */
import { type ErrorReason, RollcallError } from '../errors.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { MESSAGE_CHARACTERS_MAX } from './limits.ts';

/**
 * - `unreachable`: the connection failed or broke.
 * - `stalled`: the response was not complete in time.
 * - `garbled`: the response is not a valid response of an API server.
 * - `failed`: the API server returned a temporary error (5xx).
 * - `throttled`: the API server limits the rate of requests (429).
 * - `expired`: a watch or a list cannot continue from its resource version (410).
 * - all others: the API server refuses the request, and a retry does not help.
 */
export type ApiServerFailure =
  | 'unreachable'
  | 'stalled'
  | 'garbled'
  | 'failed'
  | 'throttled'
  | 'expired'
  | 'denied'
  | 'missing'
  | 'conflict'
  | 'invalid';

const REFUSALS: ReadonlySet<ApiServerFailure> = new Set(['denied', 'missing', 'conflict', 'invalid']);

export class ApiServerError extends RollcallError {
  readonly failure: ApiServerFailure;

  constructor(failure: ApiServerFailure, message: string, retryAfterMs?: number) {
    const reason: ErrorReason = REFUSALS.has(failure) ? 'API_SERVER_REFUSED' : 'API_SERVER_UNREACHABLE';
    super(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs });
    this.failure = failure;
  }
}

/** The error for a response with this HTTP status. `body` is a Kubernetes Status, or the text of a proxy. */
export function errorOfAnswer(
  request: string,
  answer: { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | undefined },
): ApiServerError {
  const { status, body, retryAfterMs } = answer;
  const message = messageOf(body);
  return new ApiServerError(
    failureOf(status),
    `the API server returned ${status} for ${request}${message === '' ? '' : `: ${message}`}`,
    retryAfterMs,
  );
}

function failureOf(status: number): ApiServerFailure {
  switch (status) {
    case 401:
    case 403:
      return 'denied';
    case 404:
      return 'missing';
    case 409:
      return 'conflict';
    case 410:
      return 'expired';
    case 429:
      return 'throttled';
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'failed';
  }
}

/** The message of a Status object, or the beginning of another text, on one line; `''` if there is neither. */
export function messageOf(body: unknown): string {
  const text = isObject(body) ? body['message'] : body;
  if (typeof text !== 'string') return '';
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MESSAGE_CHARACTERS_MAX);
}
