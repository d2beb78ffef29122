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
  /** A file, or a folder whose files are watched, without its subfolders. It may be created later. */
  readonly path: string;
  readonly clock: Clock;
  /** Called soon after the start and after every change, but never before `watchPath` has returned. */
  readonly onChange: () => void;
  /** Subscribes to events of the file system; by default, `fs.watch`. */
  readonly watchFolder?: WatchFolder;
}

/** Calls back with the name of the file that changed in the folder; `null` if the system does not provide it. */
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
  /** Watches of the parent folder and, if the path is a folder, of the path itself. */
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

  /** Opens all missing watches: at the start and after a folder was recreated. */
  #watch(): void {
    const folder = dirname(this.#path);
    this.#open(folder, (name) => {
      if (name !== null && name !== basename(this.#path)) return;
      // The path may be a folder that was replaced. The old watch still follows the old folder.
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
      // The folder does not exist or the file system provides no events. Polling detects the changes.
    }
  }

  #unwatch(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }

  /** Merges changes in quick succession into one call. A path that changes continuously still causes calls. */
  #changed(): void {
    this.#cancelSettle ??= this.#clock.after(SETTLE_MS, () => {
      this.#cancelSettle = undefined;
      this.#onChange();
    });
  }
}

/** Changes when a name, size, time, mode or inode changes; `''` if the path does not exist. */
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
