/**
 * Catalogue of errors: a stable reason, a gRPC status, an exit code of the CLI, and what to do. docs/operations.md
 * contains the same list, and a test compares them.
 */

interface ErrorKind {
  /** Name of the gRPC status code. */
  readonly status: GrpcStatusName;
  /** Exit code of the CLI (docs/operations.md). */
  readonly exitCode: number;
  /** Whether a retry without changes can succeed. */
  readonly retryable: boolean;
  /** Meaning and remedy, for the documentation. */
  readonly help: string;
}

export type GrpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'ALREADY_EXISTS'
  | 'ABORTED'
  | 'FAILED_PRECONDITION'
  | 'OUT_OF_RANGE'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'INTERNAL';

/** Exit codes of the CLI. Like `kubectl diff`, `plan` and `diff` use 0 and 1. Errors have higher codes. */
export const EXIT = { ok: 0, changes: 1, error: 2, notFound: 3, refused: 4, unreachable: 5, unsound: 6 } as const;

export const ERROR_KINDS = {
  ARGUMENT_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A field of the request is not valid. The message names the field.',
  },
  PAGE_TOKEN_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The page token is not valid for this query. Start again without a page token.',
  },
  MANIFEST_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A manifest is not valid. The message lists each cause and its field.',
  },
  UNKNOWN_NODE: {
    status: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    retryable: true,
    help: 'The node is not in the inventory. Check the name, or add the node to the inventory.',
  },
  UNKNOWN_DAEMON_SET: {
    status: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    retryable: false,
    help: 'There is no DaemonSet with this name. List the DaemonSets with `rollcall daemonsets`.',
  },
  HELLO_EXPECTED: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    // On a busy machine a Hello can be late. A retry can succeed.
    retryable: true,
    help: 'Hello must be the first message of a stream, must be sent only once, and must arrive within 5 seconds.',
  },
  MESSAGE_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A message on the stream violates the contract. The error message names the field.',
  },
  REPORT_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A report exceeds the size limit that the coordinator sent in Welcome.',
  },
  PROTOCOL_UNSUPPORTED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'Agent and coordinator support no common protocol version. Upgrade the coordinator first, then the agents.',
  },
  NODE_IDENTITY_MISMATCH: {
    status: 'PERMISSION_DENIED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'An agent reported for a node other than the one in its token, certificate or Hello.',
  },
  CREDENTIALS_MISSING: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The caller presented no credentials. Provide a token with the audience `rollcall` or a client certificate.',
  },
  TOKEN_REJECTED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'The token is not valid: it has expired, has another audience, or belongs to a deleted pod. Provide a new token.',
  },
  CERTIFICATE_REJECTED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'The client certificate is not valid: it has expired, is revoked, or is signed by an untrusted CA.',
  },
  CREDENTIALS_EXPIRED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'The credentials of an agent expired, so the coordinator closed its stream. The agent reconnects with new credentials.',
  },
  PERMISSION_DENIED: {
    status: 'PERMISSION_DENIED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The caller is authenticated but does not have the right that the message names.',
  },
  IDENTITY_UNKNOWN: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The API server that authenticates callers does not respond, so the coordinator accepts no new callers. Try again later.',
  },
  CREDENTIALS_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'A certificate, key or token file cannot be read or is not valid. The message names the file.',
  },
  NOT_LEADER: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'This coordinator is a standby. Send the request to the leader, or wait until this coordinator becomes the leader.',
  },
  OTHER_CONTROLLER: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'Another DaemonSet controller acts on this cluster. Switch it off before the coordinator is started with --own (docs/own.md).',
  },
  SUPERSEDED: {
    status: 'ABORTED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'A newer agent process is connected for this node. Stop one of the two processes.',
  },
  NOT_READY: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The coordinator has not finished reading its sources. Try again later.',
  },
  TOO_MANY_CONNECTS: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'Too many agents are connecting. The coordinator limits the rate and accepts them one after the other.',
  },
  ACK_TIMEOUT: {
    status: 'DEADLINE_EXCEEDED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'An agent did not acknowledge an update in time, so the coordinator closed its stream. The agent reconnects.',
  },
  LEASE_EXPIRED: {
    status: 'DEADLINE_EXCEEDED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'An agent sent nothing for the duration of its lease, so the coordinator closed its stream. Its node is absent.',
  },
  DRAINING: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The coordinator is shutting down. Agents reconnect automatically.',
  },
  JOURNAL_STALLED: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The journal cannot write, probably because the disk is full. Free disk space. No events are lost.',
  },
  TOO_MANY_WATCHES: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The maximum number of watches is open. Close one, or try again later.',
  },
  JOURNAL_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The journal cannot be opened: it is not writable, in use, damaged, or written by a newer version.',
  },
  BEFORE_RETENTION: {
    status: 'OUT_OF_RANGE',
    exitCode: EXIT.notFound,
    retryable: false,
    help: 'The requested moment is before the retention horizon of the journal. Request a later moment, or query a backup.',
  },
  NOT_RECORDED_YET: {
    status: 'OUT_OF_RANGE',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The requested time is in the future, or the journal has no event with the requested revision yet. Request an earlier moment.',
  },
  BACKUP_FAILED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'The coordinator could not write the temporary copy of the journal, probably because its disk is full. Nothing was changed.',
  },
  TOO_MANY_QUERIES: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The queue for queries about the past is full. Try again later.',
  },
  TOO_MANY_AUDITS: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The maximum number of checks, exports and backups is running. Try again later.',
  },
  WATCH_TOO_SLOW: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The client read too slowly, so the coordinator closed its watch. Resume from the last revision that the client received.',
  },
  COORDINATOR_UNREACHABLE: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'No coordinator responds at the address. Start one there, or specify another address with --server.',
  },
  API_SERVER_UNREACHABLE: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The Kubernetes API server does not respond, or its response is not valid. Rollcall retries with increasing delays.',
  },
  API_SERVER_REFUSED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The Kubernetes API server refused a request. The message contains its response and the missing right.',
  },
  INTERRUPTED: {
    status: 'ABORTED',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The command was interrupted before it finished. It left nothing incomplete behind.',
  },
  INTERNAL: {
    status: 'INTERNAL',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A bug in Rollcall. The coordinator wrote the details to its log.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorReason = keyof typeof ERROR_KINDS;

/** Domain of every ErrorInfo that Rollcall sends. */
export const ERROR_DOMAIN = 'rollcall';

/** An expected error: a usage error or a known condition. The message is one sentence. */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  /** Delay before a retry in milliseconds; undefined for the default. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: ErrorReason,
    message: string,
    options: { metadata?: Record<string, string>; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.reason = reason;
    this.metadata = options.metadata ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  get exitCode(): number {
    return ERROR_KINDS[this.reason].exitCode;
  }
}

export function isErrorReason(text: string): text is ErrorReason {
  return Object.hasOwn(ERROR_KINDS, text);
}
