/** The limits of the coordinator, each with its reason. Limits that users can change are in settings.ts. */

/** Timeout of the Hello after an agent opened its stream. A healthy agent sends it immediately; a silent peer occupies a place. */
export const HELLO_TIMEOUT_MS = 5_000;

/** Timeout of an acknowledgement. An agent applies an update in memory, or after one fsync; a slower agent is stuck. */
export const ACK_TIMEOUT_MS = 60_000;

/** Delay between snapshots to an agent that refuses them: exponential from `first` to `max`. */
export const REFUSAL_BACKOFF_MS = { first: 1_000, max: 60_000 } as const;

/** Rate and burst at which agents may connect. A handshake and a snapshot take about two milliseconds. */
export const ADMISSION = { perSecond: 200, burst: 400 } as const;

/** Minimum delay before an agent that was not admitted retries. */
export const ADMISSION_RETRY_MS = 1_000;

/** Delay before an agent of a node outside the inventory retries. */
export const UNKNOWN_NODE_RETRY_MS = 5_000;

/** Minimum interval between reports of one kind from one agent; changes in between are merged. */
export const REPORT_INTERVAL_MIN_MS = 100;

/** Maximum number of heartbeats per second over all agents. With more agents, each sends fewer. */
export const HEARTBEATS_PER_SECOND_MAX = 50;

/**
 * Upper bound of the random delay between attempts of an agent to reconnect: long enough to keep the attempts of all agents
 * under `attemptsPerSecond`. At 5,000 agents `delayMsMax` means 167 attempts a second, which `ADMISSION` still admits.
 */
export const RECONNECT = { attemptsPerSecond: 100, delayMsMin: 10_000, delayMsMax: 60_000 } as const;

/** Maximum number of messages that wait for a slow watcher before its next page is read. */
export const WATCH_QUEUE_MAX = 100;

/** Time without any read after which a watch is ended. */
export const WATCH_STALL_MS = 30_000;

/** Number of events read from the journal at a time for a watcher that catches up. */
export const WATCH_PAGE = 100;

/** How long a stopping coordinator waits for its streams to end. */
export const SHUTDOWN_GRACE_MS = 2_000;

/** How long a stopping coordinator continues queries about the past. The rest then fails before `SHUTDOWN_GRACE_MS` ends the streams. */
export const HISTORY_GRACE_MS = 1_000;

/** Window over which agents spread their reconnects after a drain. */
export const DRAIN_WINDOW_MS = 1_000;

/** How long an answer waits for the journal before it fails with JOURNAL_STALLED. */
export const ANSWER_DURABLE_TIMEOUT_MS = 10_000;

/** Maximum length of an instance id, which is a UUID, and of an agent's version. They are stored with many events. */
export const INSTANCE_ID_LENGTH_MAX = 128;

/** Maximum number of messages that wait for an agent that does not read. A healthy agent rarely leaves two. */
export const UNREAD_MESSAGES_MAX = 100;

/** Maximum length of a name or reason from an agent; longer ones are cut in logs and events. */
export const DETAIL_LENGTH_MAX = 500;

/** How far ahead of the coordinator's clock a node's clock may be: a wrong time zone, and a margin. */
export const CLOCK_SKEW_MS_MAX = 26 * 3_600_000;

/**
 * Maximum sizes of one report. Kubernetes limits names and values, and no node has more labels, taints or daemon
 * pods than this. Without limits, the events of one agent could crowd out all others.
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

/** Maximum number of source problems that one event lists; the others are only counted. */
export const SOURCE_PROBLEMS_KEPT_MAX = 100;

/** Maximum amount of text in one page of events, well below the size limit of a message. */
export const EVENTS_PAGE_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Maximum number of reads of the journal, some 10 ms each, for one page of a filter that rarely matches. */
export const EVENT_READS_MAX = 20;

/** Margin between the retention horizon and the start of a range that pruning overtook twice. Pruning that much takes some 10 ms. */
export const RANGE_LEAD_ROWS = 1_000;

/** Maximum number of decisions, some 4 MB, that wait for a slow subscriber. Beyond it, the subscriber reads the current state instead. */
export const DECISION_BACKLOG_MAX = 20_000;

/** Maximum number of changes of each kind in the timeline of one pair or node: more than a chart can show. */
export const TIMELINE_STEPS_MAX = 500;

/** Maximum number of spans in one page of timelines, less than a megabyte. */
export const TIMELINE_SPANS_MAX = 10_000;

/** Maximum number of concurrent checks, exports and backups. Each occupies a thread or a good part of one. */
export const AUDITS_MAX = 4;

/** Maximum number of open watches. Each holds one page of events. */
export const WATCHES_MAX = 500;

/** Maximum number of queries about the past that run concurrently, and that wait. A plan holds every node in memory. */
export const HISTORY_QUERIES = { parallel: 8, waiting: 1_000 } as const;

/** Idle time after which the history thread is ended, which frees some 20 MB. */
export const HISTORY_IDLE_MS = 60_000;

/** Maximum number of open connections: the agents of the largest clusters and all their users. */
export const CONNECTIONS_MAX = 20_000;

/** Timeout of a TLS handshake, which takes milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Maximum length of a bearer token. A projected token has about 2,000 characters. */
export const TOKEN_LENGTH_MAX = 16_384;

/**
 * Denials of the same kind and caller within the window are recorded as one event, and after the window as one more with their
 * count. `tracked` is the maximum number of callers that are counted separately.
 */
export const DENIALS = { windowMs: 10 * 60_000, tracked: 100 } as const;

/** Refusals of agents are recorded once per window, node and reason, for at most `tracked` combinations at a time. */
export const REFUSALS = { windowMs: 10 * 60_000, tracked: 1_000 } as const;

/** Maximum number of TokenReviews and SubjectAccessReviews that run concurrently, and that wait. */
export const REVIEWS = { parallel: 20, waiting: 2_000 } as const;

/** Timeout of one review, after which the API server counts as unreachable. */
export const REVIEW_TIMEOUT_MS = 10_000;

/** How long the result of a review is cached. A deleted pod loses access within this time plus the lifetime of its stream. */
export const REVIEW_CACHE_MS = { accepted: 60_000, rejected: 10_000 } as const;

/** How long an accepted review stays valid while the API server is unreachable. */
export const REVIEW_STALE_MS_MAX = 10 * 60_000;

/** Maximum number of cached reviews; beyond it the oldest are dropped. */
export const REVIEWS_CACHED_MAX = 20_000;

/** How long a stream may continue after its credentials have expired, to allow for clock skew and a late renewal. */
export const CREDENTIAL_GRACE_MS = 60_000;

/** Lifetime of a token that does not state its expiry. */
export const TOKEN_LIFETIME_DEFAULT_MS = 60 * 60_000;

/** Minimum delay before an agent with a rejected token retries. Its kubelet may be about to renew the token. */
export const REJECTED_RETRY_MS = 10_000;

/** Delay before a caller that could not be authenticated, because the API server is unreachable, retries. */
export const IDENTITY_UNKNOWN_RETRY_MS = 2_000;

/** Maximum interval between checks whether credentials have expired. Timers cannot be set for months. */
export const EXPIRY_CHECK_INTERVAL_MS_MAX = 24 * 3_600_000;

/** Delay before an agent with expired credentials reconnects. Its renewed credentials are available already. */
export const EXPIRED_RETRY_MS = 100;

/** Interval at which a new leader tries to open a journal that the previous leader still has open. */
export const JOURNAL_RETRY_MS = 500;

/**
 * Leader election with the timing of Kubernetes' own components. A leader holds the Lease for `leaseMs`, renews it every
 * `retryMs`, and gives up after failing for `renewWithinMs`. It then has `leaseMs - renewWithinMs` to stop.
 */
export const LEADERSHIP = {
  leaseMs: 15_000,
  renewWithinMs: 10_000,
  retryMs: 2_000,
  /** Candidates add a random delay of up to this fraction of `retryMs`. */
  retryJitter: 1.2,
  /** Timeout of one attempt. */
  attemptMs: 4_000,
} as const;

/** Timeout of a write to the cluster. A leader holds its Lease for longer: at least `LEADERSHIP.leaseMs - LEADERSHIP.renewWithinMs`. */
export const CLUSTER_WRITE_TIMEOUT_MS = 5_000;

/**
 * Connections for writes to the cluster. More than 128 do not create pods faster. All stay open between two bursts, because a TLS
 * handshake costs more than a request.
 */
export const CLUSTER_WRITE_CONNECTIONS = { max: 128, idleMax: 128 } as const;

/** Interval at which the health service checks whether the journal can write. */
export const HEALTH_CHECK_INTERVAL_MS = 1_000;

/** Delay of the first pruning after a start, so that it does not slow down the first answers. */
export const PRUNE_FIRST_MS = 30_000;

/** Interval between prunings. */
export const PRUNE_INTERVAL_MS = 600_000;

/** Maximum number of DaemonSets whose plans are carried out at the same time. Each waits mostly for the disk and the API server. */
export const PASSES_PARALLEL = 8;

/** The pause after a pass that wrote nothing, as a multiple of its planning time. Planning then takes at most a tenth of a processor. */
export const PASS_PAUSE_FACTOR = 9;

/** Maximum number of pods that one pass creates, and deletes, as in the built-in controller (burstReplicas). */
export const PASS_WRITES_MAX = 250;

/** Delay after which a write is tried again that a silent watch has stopped. */
export const STALE_RETRY_MS = 5_000;

/** How long a watch that shows nothing is trusted. After that, the API server is asked before a write. */
export const WATCH_TRUSTED_MS = 30_000;

/** How long a write may be missing from the watch before the object is read from the API server. Watches lag by milliseconds. */
export const UNOBSERVED_WRITE_MS = 30_000;

/** Maximum number of different sets of pod labels that are kept once for all pods: a few per DaemonSet. */
export const LABELS_CACHED_MAX = 10_000;

/** Delays of a write that the API server refused: doubling, with up to half as much again at random. The cap is that of failed pods. */
export const REFUSED_WRITE_BACKOFF = { firstMs: 1_000, maxMs: 15 * 60_000 } as const;

/** Pause of all writes while the API server is overloaded or cannot be reached: doubling. A short outage delays creation by seconds. */
export const WRITE_PAUSE = { firstMs: 1_000, maxMs: 30_000 } as const;

/**
 * Limits of Kubernetes Events: per DaemonSet a burst of 25 and one more in five minutes, as in client-go; requests in flight, beyond
 * which events are dropped; the length of a message that the API server accepts; and the number of DaemonSets that are counted.
 */
export const KUBERNETES_EVENTS = {
  burst: 25,
  refillMs: 300_000,
  inFlight: 20,
  messageLength: 1_024,
  objects: 5_000,
} as const;

/** How long the probe for the built-in controller waits, which observes a new DaemonSet within a second, and how often it looks. */
export const CONTROLLER_PROBE = { waitMs: 15_000, intervalMs: 500 } as const;

/** Number of daemon pods by another writer after which another controller is assumed. A single one can be created by hand. */
export const FOREIGN_PODS_MIN = 2;
