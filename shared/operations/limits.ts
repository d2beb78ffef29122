/** Every bound of the operations port in one place, each with its reason. */

/** Probes and scrapers are a handful; more connections than this are a mistake or an attack. */
export const CONNECTIONS_MAX = 64;

/** A probe's request is one line; whoever takes longer to send it holds a place for nothing. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Between two requests on one connection: longer than a usual scrape interval would keep it for ever. */
export const KEEP_ALIVE_MS = 5_000;

/** How often the event loop's lag is looked at: often enough for a stall of 50 ms, 50 wake-ups a second. */
export const LOOP_RESOLUTION_MS = 20;
