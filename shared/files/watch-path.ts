/**
 * Watches one file or folder and reports that it may have changed. Callers read everything and compare, so merged,
 * repeated or missed events are harmless.
 */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';

/** Editors write a file in several steps. The delay avoids reading an incomplete file. */
const SETTLE_MS = 50;

/** For file systems without events, and for folders that do not exist yet. */
const POLL_INTERVAL_MS = 1000;

/** Maximum share of time spent on polling, for folders with thousands of files. */
const POLL_SHARE_MAX = 0.05;

export interface WatchPathOptions {
  /** A file, or a folder whose files are watched; folders inside it are not. It need not exist. */
  readonly path: string;
  readonly clock: Clock;
  /** Called soon after the start, and after every change; never while `watchPath` itself runs. */
  readonly onChange: () => void;
  /** How to get events; the file system's own when left out. */
  readonly watchFolder?: WatchFolder;
}

/** Calls back with the name of what changed in the folder, `null` where the system does not say. */
export type WatchFolder = (folder: string, callback: (name: string | null) => void) => FSWatcher;

/** Watches until the returned function is called. */
export function watchPath(options: WatchPathOptions): () => void {
  const watcher = new PathWatcher(options);
  return () => watcher.close();
}

const systemWatch: WatchFolder = (folder, callback) => watch(folder, { persistent: true }, (_, name) => callback(name));

class PathWatcher {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #watchFolder: WatchFolder;
  /** The folder that holds the path, and the path itself where it is a folder. */
  readonly #watches = new Map<string, FSWatcher>();
  #fingerprint: string | undefined;
  #cancelSettle: (() => void) | undefined;
  #cancelPoll: () => void;
  #closed = false;

  constructor({ path, clock, onChange, watchFolder = systemWatch }: WatchPathOptions) {
    this.#path = resolve(path);
    this.#clock = clock;
    this.#onChange = onChange;
    this.#watchFolder = watchFolder;
    this.#watch();
    this.#cancelPoll = clock.after(0, () => void this.#poll());
  }

  close(): void {
    this.#closed = true;
    this.#cancelSettle?.();
    this.#cancelPoll();
    for (const folder of this.#watches.keys()) this.#unwatch(folder);
  }

  async #poll(): Promise<void> {
    const startMs = this.#clock.nowMs();
    const fingerprint = await fingerprintOf(this.#path);
    if (this.#closed) return;
    this.#watch();
    if (fingerprint !== this.#fingerprint) this.#changed();
    this.#fingerprint = fingerprint;
    const tookMs = this.#clock.nowMs() - startMs;
    this.#cancelPoll = this.#clock.after(Math.max(POLL_INTERVAL_MS, tookMs / POLL_SHARE_MAX), () => void this.#poll());
  }

  /** Opens the watches that are not open: at the start, and again when a folder was re-created. */
  #watch(): void {
    const folder = dirname(this.#path);
    this.#open(folder, (name) => {
      if (name !== null && name !== basename(this.#path)) return;
      // The path may be a folder that was replaced: a watch follows the old one, wherever it went.
      this.#unwatch(this.#path);
      this.#watch();
      this.#changed();
    });
    this.#open(this.#path, () => this.#changed());
  }

  #open(folder: string, callback: (name: string | null) => void): void {
    if (this.#watches.has(folder)) return;
    try {
      const opened = this.#watchFolder(folder, callback);
      opened.on('error', () => this.#unwatch(folder));
      this.#watches.set(folder, opened);
    } catch {
      // It does not exist, or the system has no events to give: the poll does the work.
    }
  }

  #unwatch(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }

  /** Changes in quick succession become one call; a path that never rests is still looked at. */
  #changed(): void {
    this.#cancelSettle ??= this.#clock.after(SETTLE_MS, () => {
      this.#cancelSettle = undefined;
      this.#onChange();
    });
  }
}

/** Differs when a name, size, time or file behind the path differs; `''` where nothing is there. */
async function fingerprintOf(path: string): Promise<string> {
  const own = await statusOf(path);
  if (own === undefined || !own.isFolder) return own?.text ?? '';
  const names = await readdir(path).catch((): string[] => []);
  const inside = await Promise.all(names.map(async (name) => `${name} ${(await statusOf(join(path, name)))?.text}`));
  return [own.text, ...inside.toSorted()].join('\n');
}

async function statusOf(path: string): Promise<{ text: string; isFolder: boolean } | undefined> {
  try {
    const status = await stat(path);
    const { ino, size, mtimeMs, ctimeMs, mode } = status;
    return { text: `${ino} ${size} ${mtimeMs} ${ctimeMs} ${mode}`, isFolder: status.isDirectory() };
  } catch {
    return undefined;
  }
}
