/**
 * The one catalogue of errors that users and peers can meet: a stable reason, a gRPC status, an exit
 * code for the CLI, and what to do about it. docs/operations.md lists the same; a test compares.
 */

interface ErrorKind {
  /** gRPC status code, by name. */
  readonly status: GrpcStatusName;
  /** Exit code of the CLI (docs/operations.md). */
  readonly exitCode: number;
  /** Whether trying again without changing anything can help. */
  readonly retryable: boolean;
  /** What it means and what to do, for the documentation. */
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

/** Exit codes of the CLI. `plan` and `diff` use 0 and 1 as `kubectl diff` does; errors are above. */
export const EXIT = { ok: 0, changes: 1, error: 2, notFound: 3, refused: 4, unreachable: 5, unsound: 6 } as const;

export const ERROR_KINDS = {
  ARGUMENT_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A field of the request cannot be used; the message names it.',
  },
  PAGE_TOKEN_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The page token was altered or belongs to another query. Start again without it.',
  },
  MANIFEST_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A manifest cannot be used; every cause is named with its field.',
  },
  UNKNOWN_NODE: {
    status: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    retryable: true,
    help: 'The node is not on the roll. Check the name, or add the node to the roll.',
  },
  UNKNOWN_DAEMON_SET: {
    status: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    retryable: false,
    help: 'No DaemonSet of that name is in force. `rollcall daemonsets` lists them.',
  },
  HELLO_EXPECTED: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    // On a busy machine a Hello may come late; the next one will be in time.
    retryable: true,
    help: 'The first message of a stream must be Hello, only the first, and within 5 seconds.',
  },
  MESSAGE_INVALID: {
    status: 'INVALID_ARGUMENT',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A message on the stream breaks the contract; the message names the field.',
  },
  REPORT_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.error,
    retryable: false,
    help: 'A report is larger than the terms of the stream allow.',
  },
  PROTOCOL_UNSUPPORTED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'Agent and coordinator share no protocol version. Upgrade the coordinator first, then agents.',
  },
  NODE_IDENTITY_MISMATCH: {
    status: 'PERMISSION_DENIED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'An agent spoke for another node than its own: the one of its token or certificate, or of its Hello.',
  },
  CREDENTIALS_MISSING: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The caller proved nothing. Bring a token of the audience `rollcall` or a client certificate.',
  },
  TOKEN_REJECTED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'The token is not valid here: expired, of another audience, or of a pod that is gone. Bring a fresh one.',
  },
  CERTIFICATE_REJECTED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'The client certificate is not valid here: expired, revoked, or of a CA that is not trusted.',
  },
  CREDENTIALS_EXPIRED: {
    status: 'UNAUTHENTICATED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'What an agent proved itself with has run out, so its stream was ended. It comes back with a fresh one.',
  },
  PERMISSION_DENIED: {
    status: 'PERMISSION_DENIED',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The caller is known and lacks the right that the message names.',
  },
  IDENTITY_UNKNOWN: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The API server that tells who a caller is does not answer, so nobody new is let in. Try again in a moment.',
  },
  CREDENTIALS_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'A certificate, key or token file cannot be read or used; the message names it.',
  },
  NOT_LEADER: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'This coordinator stands by while another one leads. Ask that one, or wait until this one takes over.',
  },
  SUPERSEDED: {
    status: 'ABORTED',
    exitCode: EXIT.refused,
    retryable: true,
    help: 'A newer agent process answers for this node. Stop one of the two.',
  },
  NOT_READY: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The coordinator is still reading its sources. Try again in a moment.',
  },
  TOO_MANY_CONNECTS: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'Too many agents connect at once; they are let in one after the other.',
  },
  ACK_TIMEOUT: {
    status: 'DEADLINE_EXCEEDED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'An agent did not answer an update in time; its stream was ended, it reconnects.',
  },
  LEASE_EXPIRED: {
    status: 'DEADLINE_EXCEEDED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'An agent said nothing for a whole lease; its stream was ended and its node is absent.',
  },
  DRAINING: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The coordinator is going away. Agents come back by themselves.',
  },
  STORE_STALLED: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The journal cannot write, most likely because the disk is full. Free space; nothing is lost.',
  },
  TOO_MANY_WATCHES: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'As many watches as the coordinator carries are open already. End one, or try again later.',
  },
  STORE_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The journal cannot be opened: not writable, in use, damaged, or written by a newer version.',
  },
  BEFORE_RETENTION: {
    status: 'OUT_OF_RANGE',
    exitCode: EXIT.notFound,
    retryable: false,
    help: 'The question is about a moment from before what the journal keeps. Ask about a later one, or a backup.',
  },
  NOT_RECORDED_YET: {
    status: 'OUT_OF_RANGE',
    exitCode: EXIT.error,
    retryable: false,
    help: "The time lies in the future by the coordinator's clock, or no row has the revision yet. Ask about an earlier one.",
  },
  BACKUP_FAILED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.error,
    retryable: true,
    help: 'The coordinator could not write the copy that it sends, most likely because its disk is full. Nothing was changed.',
  },
  TOO_MANY_QUESTIONS: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'As many questions about the record as the coordinator lets wait are waiting already. Try again later.',
  },
  TOO_MANY_AUDITS: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'As many checks, exports and backups as the coordinator carries are running already. Try again later.',
  },
  WATCH_TOO_SLOW: {
    status: 'RESOURCE_EXHAUSTED',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'A watcher reads too slowly and was let go. Resume from the last revision it saw.',
  },
  COORDINATOR_UNREACHABLE: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'Nothing answers at the address. Start a coordinator there or name another with --server.',
  },
  API_SERVER_UNREACHABLE: {
    status: 'UNAVAILABLE',
    exitCode: EXIT.unreachable,
    retryable: true,
    help: 'The Kubernetes API server does not answer, or not as one. It is asked again, ever more seldom.',
  },
  API_SERVER_REFUSED: {
    status: 'FAILED_PRECONDITION',
    exitCode: EXIT.refused,
    retryable: false,
    help: 'The Kubernetes API server refuses a request; the message has its words, and the right that is missing.',
  },
  INTERRUPTED: {
    status: 'ABORTED',
    exitCode: EXIT.error,
    retryable: false,
    help: 'The command was ended from outside before it was done. Nothing half-done was left behind.',
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

/** An expected error: somebody's mistake or a state of the world, said in one sentence. */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  /** When to try again, in milliseconds; undefined where the reason alone decides. */
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
