/** The limits of the traffic with the Kubernetes API server, each with its reason. */

/** Objects per page of a list. Parsing 500 nodes takes about 30 ms, which does not delay other streams of the thread noticeably. */
export const PAGE_OBJECTS = 500;

/** Pages of one list: 500,000 objects, more than an API server stores of one kind. Protects against endless pagination. */
export const PAGES_MAX = 1_000;

/** Size of one response. A page of the largest nodes, with all their images, has about 20 MiB. */
export const ANSWER_BYTES_MAX = 128 * 1024 * 1024;

/** Length of one line of a watch. etcd stores objects of up to 1.5 MiB, and JSON can escape each of their characters. */
export const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Maximum length of a message of the API server in an error. */
export const MESSAGE_CHARACTERS_MAX = 500;

/** Timeout for the complete response. API servers have a timeout of 60 seconds. */
export const ANSWER_DEADLINE_MS = 60_000;

/** Timeout for the response headers of a watch, which API servers send immediately. */
export const WATCH_OPEN_DEADLINE_MS = 30_000;

/** The duration of a watch, sent to the API server: a random value in this range, so that watches do not all end together. */
export const WATCH_SECONDS = { min: 300, max: 600 } as const;

/** Added to the duration of a watch before its connection counts as broken. */
export const WATCH_DEADLINE_MARGIN_MS = 30_000;

/**
 * A watch without data for this time is reopened at its last resource version. API servers send a bookmark about
 * once a minute, but older versions send fewer of them for collections that do not change.
 */
export const WATCH_SILENCE_MS_MAX = 180_000;

/** A watch that ends earlier counts as a failed attempt, so that the backoff applies. */
export const WATCH_LIFE_MS_MIN = 1_000;

/** An API server that shuts down ends all its watches together. They are reopened at random moments within this time. */
export const WATCH_REOPEN_SPREAD_MS = 1_000;

/** Delays between attempts, as in client-go: 0.8 s, doubling up to 30 s, of which half is random. */
export const RESTART_DELAYS = {
  firstMs: 800,
  secondMs: 1_600,
  maxMs: 30_000,
  randomPart: 0.5,
  healthyAfterMs: 60_000,
} as const;

/** Maximum of a delay that the API server requests (Retry-After). */
export const RETRY_AFTER_MS_MAX = 60_000;

/** Maximum random addition to a delay that the API server requests, as a fraction of the delay. */
export const RETRY_AFTER_JITTER = 0.5;

/** Shorter interruptions are normal when an API server restarts. Longer ones are reported as a problem. */
export const PROBLEM_AFTER_MS = 10_000;

/** Token and CA files are cached for this time. The kubelet replaces a projected token long before it expires. */
export const CREDENTIALS_AGE_MS_MAX = 10_000;

/** Concurrent connections: a few watches, and the token reviews of agents that reconnect together. */
export const CONNECTIONS_MAX = 32;

/** Idle connections that are kept open. */
export const IDLE_CONNECTIONS_MAX = 4;

/** Network devices drop idle connections. TCP keepalive probes prevent this. */
export const TCP_KEEPALIVE_MS = 15_000;
