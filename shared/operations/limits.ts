/** The limits of the operations port, each with its reason. */

/** A few probes and scrapers connect. More connections indicate a misconfiguration or an attack. */
export const CONNECTIONS_MAX = 64;

/** Timeout for receiving a request. The request of a probe is one line, so a slower client only occupies a connection. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Idle time after which a connection is closed. Shorter than usual scrape intervals, so that no connection stays open permanently. */
export const KEEP_ALIVE_MS = 5_000;

/** Sampling interval of the event loop delay: 50 samples per second detect a stall of 50 ms. */
export const LOOP_RESOLUTION_MS = 20;
