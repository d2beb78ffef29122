/**
 * Keeps a local copy of a collection of the API server: lists once, then follows a watch, and recovers from all
 * failures. It reports only differences, and in an order in which the cluster can have gone through them. Resource
 * versions are compared for equality only, never by size.
 */
import { Backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { ApiServerError, type ApiServerFailure } from './api-server-error.ts';
import type { ApiServerReader } from './api-server-reader.ts';
import type { Query } from './exchange.ts';
import {
  PAGE_OBJECTS,
  PAGES_MAX,
  PROBLEM_AFTER_MS,
  RESTART_DELAYS,
  RETRY_AFTER_JITTER,
  WATCH_DEADLINE_MARGIN_MS,
  WATCH_LIFE_MS_MIN,
  WATCH_REOPEN_SPREAD_MS,
  WATCH_SECONDS,
  WATCH_SILENCE_MS_MAX,
} from './limits.ts';
import { type RawObject, rawObject } from './watch-event.ts';

export interface ListWatchOptions<Kept> {
  readonly reader: ApiServerReader;
  /** The collection, for example `/apis/apps/v1/daemonsets`. */
  readonly path: string;
  /** `fieldSelector` and `labelSelector`. */
  readonly query?: Query;
  /**
   * Whether the API server may answer a list from its cache, which can be slightly out of date. For collections that
   * thousands of programs list at the same time. The watch then delivers the missing changes.
   */
  readonly fromCache?: boolean;
  /** Extracts the part of an object that is kept in memory. */
  readonly keep: (object: RawObject) => Kept;
  readonly listener: ListWatchListener<Kept>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A listener must not throw; an exception ends the program. */
export interface ListWatchListener<Kept> {
  /** The object was added or modified. */
  applied(object: Kept): void;
  /** The object was deleted. `object` is its last known state. */
  removed(object: Kept): void;
  /** Reports a problem that persists and keeps the copy from being up to date; `null` when the problem is resolved. */
  problemChanged(problem: ListWatchProblem | null): void;
}

export interface ListWatchProblem {
  readonly failure: ApiServerFailure;
  readonly message: string;
  /** The copy may be out of date since this moment. */
  readonly sinceMs: number;
}

/** Counts since the start. */
export interface ListWatchCounts {
  readonly lists: number;
  readonly watches: number;
  readonly events: number;
  /** How many lists and watches ended with each result: `closed` if they ended normally, otherwise the failure. */
  readonly ends: Readonly<Record<WatchEnd, number>>;
}

export type WatchEnd = 'closed' | ApiServerFailure;

/** Failures after which a new list is necessary. After all others the watch continues at its last resource version. */
const NEEDS_LIST: ReadonlySet<ApiServerFailure> = new Set(['expired', 'garbled', 'invalid']);

interface Known<Kept> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly kept: Kept;
}

export class ListWatch<Kept> {
  /** Resolves when the first list is complete and all its objects were reported. */
  readonly synced: Promise<void>;
  readonly #options: ListWatchOptions<Kept>;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #known = new Map<string, Known<Kept>>();
  readonly #counts = noCounts();
  /** The resource version at which the next watch starts; `null` if a list is necessary first. */
  #resourceVersion: string | null = null;
  /** The minimum resource version of the next list; `0` for any, `undefined` for the most recent. */
  #listVersion: string | undefined;
  #announceSynced: () => void = () => {};
  #failing: { readonly sinceMs: number; reported: boolean } | null = null;
  #cancelPause: () => void = () => {};
  #aliveMs = Number.NEGATIVE_INFINITY;

  constructor(options: ListWatchOptions<Kept>) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random, RESTART_DELAYS);
    this.#listVersion = options.fromCache === true ? '0' : undefined;
    this.synced = new Promise((resolve) => {
      this.#announceSynced = resolve;
    });
  }

  /** Starts. Calls the listener only after this method has returned. */
  start(): void {
    void this.#run();
  }

  /** Stops. Does not call the listener any more. */
  close(): void {
    this.#closing.abort();
    this.#cancelPause();
  }

  /**
   * How long the API server has sent nothing, in milliseconds of the monotonic clock: the copy may be out of date by as much. API servers
   * send a bookmark about once a minute.
   */
  get silentMs(): number {
    return this.#options.clock.elapsedMs() - this.#aliveMs;
  }

  get counts(): ListWatchCounts {
    return this.#counts;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const { end, pauseMs } = await this.#once();
      if (this.#isClosed) return;
      this.#counts.ends[end]++;
      await this.#pause(pauseMs);
    }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Lists if necessary, then follows one watch until it ends. */
  async #once(): Promise<{ end: WatchEnd; pauseMs: number }> {
    const { clock, random } = this.#options;
    try {
      if (this.#resourceVersion === null) await this.#list();
      const openedMs = clock.nowMs();
      await this.#watch(this.#resourceVersion ?? '');
      const isShort = clock.nowMs() - openedMs < WATCH_LIFE_MS_MIN;
      return { end: 'closed', pauseMs: isShort ? this.#backoff.nextDelayMs() : random() * WATCH_REOPEN_SPREAD_MS };
    } catch (error) {
      if (!(error instanceof ApiServerError)) throw error;
      if (!this.#isClosed) this.#failed(error);
      const pauseMs = this.#backoff.nextDelayMs();
      const requestedMs = (error.retryAfterMs ?? 0) * (1 + RETRY_AFTER_JITTER * random());
      return { end: error.failure, pauseMs: Math.max(pauseMs, requestedMs) };
    }
  }

  async #list(): Promise<void> {
    const listed = new Map<string, Known<Kept>>();
    let version = '';
    let token: string | undefined;
    for (let page = 0; page === 0 || token !== undefined; page++) {
      if (page === PAGES_MAX)
        throw new ApiServerError('garbled', `the list of ${this.#options.path} has too many pages`);
      const { items, resourceVersion, next } = await this.#page(token);
      for (const object of items) listed.set(keyOf(object), this.#kept(object));
      version = resourceVersion;
      token = next;
    }
    if (this.#isClosed) return;
    this.#counts.lists++;
    this.#aliveMs = this.#options.clock.elapsedMs();
    this.#reportDifferences(listed);
    this.#resourceVersion = version;
    // The next list may come from the cache, but must not be older than this one.
    this.#listVersion = this.#options.fromCache === true ? version : undefined;
    this.#recovered();
    this.#announceSynced();
  }

  async #page(token: string | undefined): Promise<{ items: RawObject[]; resourceVersion: string; next?: string }> {
    const { reader, path, query = {} } = this.#options;
    const version = token === undefined ? this.#listVersion : undefined;
    const parameters = { ...query, resourceVersion: version, limit: PAGE_OBJECTS, continue: token };
    const { items = [], metadata } = await reader.get(path, parameters, this.#closing.signal);
    const isList = (items === null || Array.isArray(items)) && isObject(metadata);
    const { resourceVersion, continue: next } = isList ? metadata : {};
    if (!isList || typeof resourceVersion !== 'string' || resourceVersion === '') {
      throw new ApiServerError('garbled', `the response to GET ${path} is not a list`);
    }
    const objects = (items ?? []).map(rawObject);
    return { items: objects, resourceVersion, ...(typeof next === 'string' && next !== '' && { next }) };
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { reader, path, query, random } = this.#options;
    const seconds = Math.round(WATCH_SECONDS.min + random() * (WATCH_SECONDS.max - WATCH_SECONDS.min));
    const events = await reader.watch(
      path,
      { ...query, resourceVersion, allowWatchBookmarks: true, timeoutSeconds: seconds },
      {
        silenceMs: WATCH_SILENCE_MS_MAX,
        deadlineMs: seconds * 1000 + WATCH_DEADLINE_MARGIN_MS,
        signal: this.#closing.signal,
      },
    );
    this.#counts.watches++;
    this.#backoff.opened();
    this.#recovered();
    for await (const { type, object } of events) {
      if (this.#isClosed) return;
      this.#counts.events++;
      this.#aliveMs = this.#options.clock.elapsedMs();
      if (type === 'applied') this.#apply(keyOf(object), this.#kept(object));
      if (type === 'removed') this.#remove(keyOf(object));
      this.#resourceVersion = object.metadata.resourceVersion;
    }
  }

  /** Removals first, so that a listener that counts objects never counts too many. */
  #reportDifferences(listed: ReadonlyMap<string, Known<Kept>>): void {
    for (const key of this.#known.keys()) if (!listed.has(key)) this.#remove(key);
    for (const [key, known] of listed) this.#apply(key, known);
  }

  #apply(key: string, known: Known<Kept>): void {
    const before = this.#known.get(key);
    if (before?.uid === known.uid && before.resourceVersion === known.resourceVersion) return;
    // Another object of the same name exists, so the previous one was deleted, even if the watch missed it.
    if (before !== undefined && before.uid !== known.uid) this.#remove(key);
    this.#known.set(key, known);
    this.#options.listener.applied(known.kept);
  }

  #remove(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    this.#options.listener.removed(known.kept);
  }

  #kept(object: RawObject): Known<Kept> {
    const { uid = '', resourceVersion } = object.metadata;
    return { uid, resourceVersion, kept: this.#options.keep(object) };
  }

  #failed({ failure, message }: ApiServerError): void {
    // The watch may have missed events, so a list is necessary.
    if (NEEDS_LIST.has(failure)) this.#resourceVersion = null;
    // `failed` can also mean that the cache of the API server does not reach the requested resource version.
    if (NEEDS_LIST.has(failure) || failure === 'failed') this.#listVersion = undefined;
    const nowMs = this.#options.clock.nowMs();
    this.#failing ??= { sinceMs: nowMs, reported: false };
    if (failure !== 'denied' && nowMs - this.#failing.sinceMs < PROBLEM_AFTER_MS) return;
    this.#failing.reported = true;
    this.#options.listener.problemChanged({ failure, message, sinceMs: this.#failing.sinceMs });
  }

  #recovered(): void {
    const wasReported = this.#failing?.reported === true;
    this.#failing = null;
    if (wasReported) this.#options.listener.problemChanged(null);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

function keyOf({ metadata: { namespace = '', name } }: RawObject): string {
  return `${namespace}/${name}`;
}

/** All counts at 0. */
export function noCounts() {
  return { lists: 0, watches: 0, events: 0, ends: noEnds() };
}

function noEnds(): Record<WatchEnd, number> {
  return {
    closed: 0,
    unreachable: 0,
    stalled: 0,
    garbled: 0,
    failed: 0,
    throttled: 0,
    expired: 0,
    denied: 0,
    missing: 0,
    conflict: 0,
    invalid: 0,
  };
}
