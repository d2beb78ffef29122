/** What can come of a request to the API server besides its answer, in kinds that a caller can act on. */
import { type ErrorReason, RollcallError } from '../errors.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { MESSAGE_CHARACTERS_MAX } from './limits.ts';

/**
 * `unreachable`: no connection, or one that broke. `stalled`: nothing more came in time. `garbled`: what
 * came is no answer of an API server. `failed`: it says that it cannot for now. `throttled`: it asks for
 * less. `expired`: a watch or a list cannot go on from where it was. The others: it refuses, and would again.
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

/** The error that an answer of this HTTP status means; `body` is a Kubernetes Status, or what a proxy wrote. */
export function errorOfAnswer(
  request: string,
  answer: { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | undefined },
): ApiServerError {
  const { status, body, retryAfterMs } = answer;
  const words = wordsOf(body);
  return new ApiServerError(
    failureOf(status),
    `the API server returned ${status} for ${request}${words === '' ? '' : `: ${words}`}`,
    retryAfterMs,
  );
}

/** What an HTTP status means. */
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

/** The message of a Status object, or the beginning of any other text, on one line. */
export function wordsOf(body: unknown): string {
  const text = isObject(body) ? body['message'] : body;
  if (typeof text !== 'string') return '';
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MESSAGE_CHARACTERS_MAX);
}
