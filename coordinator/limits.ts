/** Every bound of the coordinator in one place, each with its reason. What a user sets is in settings.ts. */

/** A peer that opened a stream and says nothing holds a place; a healthy one says hello at once. */
export const HELLO_TIMEOUT_MS = 5_000;

/** An agent applies an update in memory, or after one fsync; one that takes longer is stuck. */
export const ACK_TIMEOUT_MS = 60_000;

/** Between snapshots to an agent that refuses: doubling from the first to the second, never a hot loop. */
export const REFUSAL_BACKOFF_MS = { first: 1_000, max: 60_000 } as const;

/** Agents let in per second, and at once: a handshake and a snapshot cost about two milliseconds. */
export const ADMISSION = { perSecond: 200, burst: 400 } as const;

/** What an agent that was not let in waits at least. */
export const ADMISSION_RETRY_MS = 1_000;

/** What an agent of a node that is not on the roll waits before it asks again. */
export const UNKNOWN_NODE_RETRY_MS = 5_000;

/** An agent's reports of one kind come no faster than this; changes in between merge. */
export const REPORT_INTERVAL_MIN_MS = 100;

/** Heartbeats per second over all agents; with more agents, each speaks less often. */
export const HEARTBEATS_PER_SECOND_MAX = 50;

/**
 * How long agents wait at most, at random, between attempts while no coordinator answers: no longer than it takes to keep all
 * their attempts under `attemptsPerSecond`. At 5,000 agents `delayMsMax` makes 167 a second, which `ADMISSION` still lets in.
 */
export const RECONNECT = { attemptsPerSecond: 100, delayMsMin: 10_000, delayMsMax: 60_000 } as const;

/** Messages that wait for one slow watcher before the next page is read for it. */
export const WATCH_QUEUE_MAX = 100;

/** How long a watcher may read nothing at all before it is let go. */
export const WATCH_STALL_MS = 30_000;

/** Rows read at once from the journal for a watcher that catches up. */
export const WATCH_PAGE = 100;

/** How long a stopping coordinator waits for its streams to end. */
export const SHUTDOWN_GRACE_MS = 2_000;

/** How long it goes on with questions about the record; whoever asked the others is told that it stops, while streams still end. */
export const HISTORY_GRACE_MS = 1_000;

/** Over how long agents are told to come back after a stop. */
export const DRAIN_WINDOW_MS = 1_000;

/** How long an answer waits for the journal before it says that the journal is stalled. */
export const ANSWER_DURABLE_TIMEOUT_MS = 10_000;

/** An instance id is a UUID, an agent's version a few characters; longer ones would be kept with every row. */
export const INSTANCE_ID_LENGTH_MAX = 128;

/** Messages that wait for an agent that reads nothing; a healthy one leaves hardly ever two. */
export const UNREAD_MESSAGES_MAX = 100;

/** A name or reason in a message from an agent that is longer than this is cut in logs and rows. */
export const DETAIL_LENGTH_MAX = 500;

/** How far a node's clock may run ahead of ours before its agent is sent away: a wrong time zone, and some. */
export const CLOCK_SKEW_MS_MAX = 26 * 3_600_000;

/**
 * What one report may hold. Kubernetes itself bounds names and values, and nodes with more labels,
 * taints or daemons than this do not exist; without a bound, one agent's rows could crowd out all others.
 */
export const REPORT_LIMITS = {
  labels: 1_000,
  taints: 200,
  conditions: 100,
  pods: 500,
  drifts: 2_000,
  hostPorts: 2_000,
  resources: 100,
  textLength: 1_024,
} as const;

/** Problems of the sources that a row names, all of them with each change; more are only counted. */
export const SOURCE_PROBLEMS_KEPT_MAX = 100;

/** Text in one answer of rows: well below what one message carries, whatever the rows hold. */
export const EVENTS_PAGE_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Looks at the record, of some 10 ms each, for one page of a filter that matches seldom. */
export const EVENT_READS_MAX = 20;

/** Rows by which an answer first begins ahead of a pruning that overtook it twice, and twice as many each time: some 10 ms of pruning. */
export const RANGE_LEAD_ROWS = 1_000;

/** Maximum number of decisions that wait for one slow subscriber, some 4 MB; beyond it the subscriber reads the current state. */
export const DECISION_BACKLOG_MAX = 20_000;

/** Changes of one pair or node in a timeline, of each kind: more than a picture shows. */
export const TIMELINE_STEPS_MAX = 500;

/** Spans in one page of timelines: below a megabyte. */
export const TIMELINE_SPANS_MAX = 10_000;

/** Checks, exports and backups that run at once; each takes a thread or a good part of one. */
export const AUDITS_MAX = 4;

/** Watches open at once; each holds a page of rows. */
export const WATCHES_MAX = 500;

/** Questions about the record that are worked on at once, of which a plan holds every node in memory, and that may wait. */
export const HISTORY_QUERIES = { parallel: 8, waiting: 1_000 } as const;

/** For how long nobody asks about the record before the thread that answers, and some 20 MB, are let go. */
export const HISTORY_IDLE_MS = 60_000;

/** Connections open at once: every agent of the largest clusters, and as many people as ever ask. */
export const CONNECTIONS_MAX = 20_000;

/** How long a peer may take over its TLS handshake; a healthy one takes milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A projected token has two kilobytes; no more than this is even looked at. */
export const TOKEN_LENGTH_MAX = 16_384;

/**
 * Denials of one caller and kind within the window are one row and, after it, one more with their
 * number; callers that are told apart in one window are at most so many, the others are counted together.
 */
export const DENIALS = { windowMs: 10 * 60_000, tracked: 100 } as const;

/** An agent that is refused leaves a row once per window, node and reason; for so many of these at a time. */
export const REFUSALS = { windowMs: 10 * 60_000, tracked: 1_000 } as const;

/** Reviews of tokens and rights that the API server is asked for at once, and that may wait for their turn. */
export const REVIEWS = { parallel: 20, waiting: 2_000 } as const;

/** How long the API server may take over one review before it counts as away. */
export const REVIEW_TIMEOUT_MS = 10_000;

/** How long an answer of the API server is good: a deleted pod loses access within this, plus the life of its stream. */
export const REVIEW_CACHE_MS = { accepted: 60_000, rejected: 10_000 } as const;

/** For how long an accepted token or right goes on to count while the API server is away. */
export const REVIEW_STALE_MS_MAX = 10 * 60_000;

/** Answers that are remembered; beyond it the oldest are forgotten. */
export const REVIEWS_CACHED_MAX = 20_000;

/** After a credential has run out, how long the stream that it opened may go on: a clock may be off, a file late. */
export const CREDENTIAL_GRACE_MS = 60_000;

/** The life of a token that does not say when it ends. */
export const TOKEN_LIFETIME_DEFAULT_MS = 60 * 60_000;

/** Before an agent whose token was rejected tries again, at least; its kubelet may be about to renew the file. */
export const REJECTED_RETRY_MS = 10_000;

/** What a caller waits whom nobody can identify at the moment. */
export const IDENTITY_UNKNOWN_RETRY_MS = 2_000;

/** A timer cannot be set for the months that a certificate lasts. */
export const EXPIRY_CHECK_INTERVAL_MS_MAX = 24 * 3_600_000;

/** What an agent whose credentials ran out waits: its fresh ones are there already. */
export const EXPIRED_RETRY_MS = 100;

/** Between looks at a journal that the last leader still has open. */
export const JOURNAL_RETRY_MS = 500;

/**
 * The lease of the one leader, as Kubernetes' own components have it: taken for `leaseMs`, tried to renew every
 * `retryMs`, given up where that failed for `renewWithinMs`, which leaves `leaseMs - renewWithinMs` to stop in.
 */
export const LEADERSHIP = {
  leaseMs: 15_000,
  renewWithinMs: 10_000,
  retryMs: 2_000,
  /** Candidates wait up to this part longer. */
  retryJitter: 1.2,
  /** How long one attempt may take. */
  attemptMs: 4_000,
} as const;

/** Timeout of a write to the cluster. A leader always holds its Lease for longer: `LEADERSHIP.leaseMs - LEADERSHIP.renewWithinMs`. */
export const CLUSTER_WRITE_TIMEOUT_MS = 5_000;

/** Between two looks at whether the journal can write. */
export const HEALTH_CHECK_INTERVAL_MS = 1_000;

/** After a start before the first pruning, which would only delay the first answers, and from one to the next. */
export const PRUNE_FIRST_MS = 30_000;
export const PRUNE_INTERVAL_MS = 600_000;
