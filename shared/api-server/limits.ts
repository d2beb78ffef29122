/** Every bound of the traffic with the Kubernetes API server, each with its reason. */

/** Objects on one page of a list: 500 nodes are parsed in some 30 ms, which no stream on this thread notices. */
export const PAGE_OBJECTS = 500;

/** Half a million objects: more than any API server holds of one kind. A server that pages for ever is broken. */
export const PAGES_MAX = 1_000;

/** One answer: a page of the largest nodes there are, with all their images, has some 20 MiB. */
export const ANSWER_BYTES_MAX = 128 * 1024 * 1024;

/** One line of a watch: etcd takes objects of 1.5 MiB, and JSON may escape every one of their characters. */
export const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** How much of the API server's own words goes into an error. */
export const MESSAGE_CHARACTERS_MAX = 500;

/** From sending a request to the last byte of its answer; API servers themselves give up after 60 seconds. */
export const ANSWER_DEADLINE_MS = 60_000;

/** From asking for a watch to the head of its answer, which API servers send at once. */
export const WATCH_OPEN_DEADLINE_MS = 30_000;

/** How long the API server is asked to keep a watch open. Random in between, so that watches do not all end together. */
export const WATCH_SECONDS = { min: 300, max: 600 } as const;

/** How much longer than that we wait before we take the connection for dead. */
export const WATCH_DEADLINE_MARGIN_MS = 30_000;

/**
 * A watch that says nothing for so long is opened again, where it was. API servers send bookmarks about once a
 * minute, but older ones send fewer about what nobody changes.
 */
export const WATCH_SILENCE_MS_MAX = 180_000;

/** A watch that ends sooner was not meant to be open at all. */
export const WATCH_LIFE_MS_MIN = 1_000;

/** An API server that stops ends all its watches at once; they come back spread over this. */
export const WATCH_REOPEN_SPREAD_MS = 1_000;

/** Between attempts, as the API server's own clients do it: 0.8 s, doubling up to 30 s, half of it at random. */
export const RESTART_DELAYS = {
  firstMs: 800,
  secondMs: 1_600,
  maxMs: 30_000,
  randomPart: 0.5,
  healthyAfterMs: 60_000,
} as const;

/** However long an API server asks us to stay away, we look again by then. */
export const RETRY_AFTER_MS_MAX = 60_000;

/** How much is added at random to a delay that the API server names, as a part of it. */
export const RETRY_AFTER_JITTER = 0.5;

/** A break this short is every API server's restart; only a longer one is a problem worth telling. */
export const PROBLEM_AFTER_MS = 10_000;

/** Token and certificates are read from their files at most this often; a projected token changes long before it ends. */
export const CREDENTIALS_AGE_MS_MAX = 10_000;

/** Connections at once: a few watches, and reviews of agents that come back together. */
export const CONNECTIONS_MAX = 32;

/** Connections that stay open without a request. */
export const IDLE_CONNECTIONS_MAX = 4;

/** Network devices forget silent connections; TCP's own probes keep ours alive. */
export const TCP_KEEPALIVE_MS = 15_000;
