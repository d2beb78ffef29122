/**
 * Keeps a list of objects as the API server has it: lists once, then follows a watch, and survives
 * whatever breaks in between. It tells differences only, one after the other, and what it tells is true
 * of one moment of the cluster after the other. It never compares resource versions by size.
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
   * Whether a list may come from the API server's cache, which may be a little behind. For what thousands
   * of programs list at once; the watch then catches up.
   */
  readonly fromCache?: boolean;
  /** Makes of an object what is kept of it, and nothing else of it stays in memory. */
  readonly keep: (object: RawObject) => Kept;
  readonly listener: ListWatchListener<Kept>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A listener that throws is a bug, and ends the program. */
export interface ListWatchListener<Kept> {
  /** The object is new or has changed. */
  applied(object: Kept): void;
  /** Gone: what was last told of it. */
  removed(object: Kept): void;
  /** What keeps the list from being up to date, told once it has lasted; `null` once it is over. */
  problemChanged(problem: ListWatchProblem | null): void;
}

export interface ListWatchProblem {
  readonly failure: ApiServerFailure;
  readonly message: string;
  /** What was told last may be as old as this. */
  readonly sinceMs: number;
}

/** Work done since the start. */
export interface ListWatchCounts {
  readonly lists: number;
  readonly watches: number;
  readonly events: number;
  /** How watches and lists ended: `closed` in good order, else by what broke them. */
  readonly ends: Readonly<Record<WatchEnd, number>>;
}

export type WatchEnd = 'closed' | ApiServerFailure;

/** After any other failure the watch goes on where it was. */
const NEEDS_LIST: ReadonlySet<ApiServerFailure> = new Set(['expired', 'garbled', 'invalid']);

interface Known<Kept> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly kept: Kept;
}

export class ListWatch<Kept> {
  /** Resolves when the first list is complete and all of it has been told. */
  readonly synced: Promise<void>;
  readonly #options: ListWatchOptions<Kept>;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #known = new Map<string, Known<Kept>>();
  readonly #counts = noCounts();
  /** Where the next watch begins; `null` while only a list can say. */
  #resourceVersion: string | null = null;
  /** How old the next list may be, in the API server's words; `undefined` for as new as can be. */
  #listVersion: string | undefined;
  #announceSynced: () => void = () => {};
  #failing: { readonly sinceMs: number; told: boolean } | null = null;
  #cancelPause: () => void = () => {};

  constructor(options: ListWatchOptions<Kept>) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random, RESTART_DELAYS);
    this.#listVersion = options.fromCache === true ? '0' : undefined;
    this.synced = new Promise((resolve) => {
      this.#announceSynced = resolve;
    });
  }

  /** Starts; nothing is told before this returns. */
  start(): void {
    void this.#run();
  }

  /** Nothing is told after it. */
  close(): void {
    this.#closing.abort();
    this.#cancelPause();
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

  /** Lists where that is needed, then follows one watch to its end. */
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
      const askedMs = (error.retryAfterMs ?? 0) * (1 + RETRY_AFTER_JITTER * random());
      return { end: error.failure, pauseMs: Math.max(pauseMs, askedMs) };
    }
  }

  async #list(): Promise<void> {
    const listed = new Map<string, Known<Kept>>();
    let version = '';
    let token: string | undefined;
    for (let page = 0; page === 0 || token !== undefined; page++) {
      if (page === PAGES_MAX) throw new ApiServerError('garbled', `a list of ${this.#options.path} does not end`);
      const { items, resourceVersion, next } = await this.#page(token);
      for (const object of items) listed.set(keyOf(object), this.#kept(object));
      version = resourceVersion;
      token = next;
    }
    if (this.#isClosed) return;
    this.#counts.lists++;
    this.#emitDifference(listed);
    this.#resourceVersion = version;
    // From the cache, but never from one that is behind what was told already.
    this.#listVersion = this.#options.fromCache === true ? version : undefined;
    this.#recovered();
    this.#announceSynced();
  }

  async #page(token: string | undefined): Promise<{ items: RawObject[]; resourceVersion: string; next?: string }> {
    const { reader, path, query = {} } = this.#options;
    const version = token === undefined ? this.#listVersion : undefined;
    const asked = { ...query, resourceVersion: version, limit: PAGE_OBJECTS, continue: token };
    const { items = [], metadata } = await reader.get(path, asked, this.#closing.signal);
    const isList = (items === null || Array.isArray(items)) && isObject(metadata);
    const { resourceVersion, continue: next } = isList ? metadata : {};
    if (!isList || typeof resourceVersion !== 'string' || resourceVersion === '') {
      throw new ApiServerError('garbled', `the answer to GET ${path} is not a list`);
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
      if (type === 'applied') this.#apply(keyOf(object), this.#kept(object));
      if (type === 'removed') this.#remove(keyOf(object));
      this.#resourceVersion = object.metadata.resourceVersion;
    }
  }

  /** Removals first, so that whoever counts never counts more than there is. */
  #emitDifference(listed: ReadonlyMap<string, Known<Kept>>): void {
    for (const key of this.#known.keys()) if (!listed.has(key)) this.#remove(key);
    for (const [key, known] of listed) this.#apply(key, known);
  }

  #apply(key: string, known: Known<Kept>): void {
    const before = this.#known.get(key);
    if (before?.uid === known.uid && before.resourceVersion === known.resourceVersion) return;
    // Another object of the same name: the one before is gone, whether or not anybody saw it go.
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
    // What a watch missed, or meant to say, only a list can tell.
    if (NEEDS_LIST.has(failure)) this.#resourceVersion = null;
    // A cache that will never be as new as what was told before is what `failed` may mean, too.
    if (NEEDS_LIST.has(failure) || failure === 'failed') this.#listVersion = undefined;
    const nowMs = this.#options.clock.nowMs();
    this.#failing ??= { sinceMs: nowMs, told: false };
    if (failure !== 'denied' && nowMs - this.#failing.sinceMs < PROBLEM_AFTER_MS) return;
    this.#failing.told = true;
    this.#options.listener.problemChanged({ failure, message, sinceMs: this.#failing.sinceMs });
  }

  #recovered(): void {
    const wasTold = this.#failing?.told === true;
    this.#failing = null;
    if (wasTold) this.#options.listener.problemChanged(null);
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

/** Of one that has done nothing yet, to count in. */
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
