/** Watches paths on the real file system. */
import { EventEmitter } from 'node:events';
import type { FSWatcher } from 'node:fs';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { type WatchFolder, type WatchPathOptions, watchPath } from '../../shared/files/watch-path.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

/** A file system that never sends an event. */
const silent: WatchFolder = () => Object.assign(new EventEmitter(), { close() {}, ref() {}, unref() {} }) as FSWatcher;

/** Watches until the test ends. `calls(n)` waits for the n-th call and returns the number of calls. */
function watching(options: Pick<WatchPathOptions, 'path'> & Partial<WatchPathOptions>) {
  const state = { calls: 0 };
  const stop = watchPath({ clock: systemClock, onChange: () => void state.calls++, ...options });
  onTestFinished(stop);
  const calls = async (count: number, between?: () => void) => {
    await eventually(() => state.calls >= count, between);
    return state.calls;
  };
  return { state, stop, calls };
}

describe('watching a path', () => {
  it('calls back once after the start, so that no earlier change is missed', async () => {
    const path = join(temporaryFolder(), 'node.yaml');
    writeFileSync(path, 'a');
    const { state, calls } = watching({ path });
    expect(state.calls).toBe(0);
    expect(await calls(1)).toBeGreaterThanOrEqual(1);
  });

  it('detects that a file is written', async () => {
    const path = join(temporaryFolder(), 'node.yaml');
    writeFileSync(path, 'a');
    const { calls } = watching({ path });
    expect(await calls(1)).toBeGreaterThanOrEqual(1);
    writeFileSync(path, 'b');
    expect(await calls(2)).toBeGreaterThanOrEqual(2);
  });

  it('detects that a file is replaced by rename, repeatedly', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'node.yaml');
    writeFileSync(path, 'a');
    const { calls } = watching({ path });
    for (let round = 1; round <= 3; round++) {
      await calls(round);
      writeFileSync(join(folder, '.node.yaml.swp'), `round ${round}`);
      renameSync(join(folder, '.node.yaml.swp'), path);
    }
    expect(await calls(4)).toBeGreaterThanOrEqual(4);
  });

  it('detects that a file is deleted and created again', async () => {
    const path = join(temporaryFolder(), 'node.yaml');
    writeFileSync(path, 'a');
    const { calls } = watching({ path });
    expect(await calls(1)).toBeGreaterThanOrEqual(1);
    rmSync(path);
    expect(await calls(2)).toBeGreaterThanOrEqual(2);
    writeFileSync(path, 'a');
    expect(await calls(3)).toBeGreaterThanOrEqual(3);
  });

  it('detects created, changed and deleted files in a folder', async () => {
    const folder = temporaryFolder();
    const { calls } = watching({ path: folder });
    expect(await calls(1)).toBeGreaterThanOrEqual(1);
    writeFileSync(join(folder, 'a.yaml'), '1');
    expect(await calls(2)).toBeGreaterThanOrEqual(2);
    writeFileSync(join(folder, 'a.yaml'), '22');
    expect(await calls(3)).toBeGreaterThanOrEqual(3);
    rmSync(join(folder, 'a.yaml'));
    expect(await calls(4)).toBeGreaterThanOrEqual(4);
  });

  it('detects that a missing folder is created, and the files in it', async () => {
    const folder = join(temporaryFolder(), 'later', 'nodes');
    const { calls } = watching({ path: folder });
    mkdirSync(folder, { recursive: true });
    const before = await calls(1);
    writeFileSync(join(folder, 'a.yaml'), '1');
    expect(await calls(before + 1)).toBeGreaterThan(before);
  });

  it('detects files in a folder that was replaced', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'nodes');
    mkdirSync(folder);
    const { calls } = watching({ path: folder });
    expect(await calls(1)).toBeGreaterThanOrEqual(1);
    renameSync(folder, join(parent, 'old'));
    mkdirSync(folder);
    const before = await calls(2);
    writeFileSync(join(folder, 'a.yaml'), '1');
    expect(await calls(before + 1)).toBeGreaterThan(before);
  });

  it('merges changes in quick succession, but also calls back while changes continue', () => {
    const clock = new FakeClock();
    let fire: (name: string | null) => void = () => {};
    const noisy: WatchFolder = (folder, callback) => {
      if (folder === '/nowhere') fire = callback;
      return silent(folder, callback);
    };
    const { state } = watching({ path: '/nowhere/a.yaml', clock, watchFolder: noisy });
    for (let ms = 0; ms < 200; ms += 10) {
      fire('a.yaml');
      fire('another.yaml');
      clock.advance(10);
    }
    expect(state.calls).toBe(4);
  });

  it('polls every second if the file system sends no events', async () => {
    const clock = new FakeClock();
    const folder = temporaryFolder();
    const path = join(folder, 'a.yaml');
    writeFileSync(path, '1');
    const { calls } = watching({ path: folder, clock, watchFolder: silent });
    expect(await calls(1, () => clock.advance(100))).toBe(1);
    writeFileSync(path, '22');
    expect(await calls(2, () => clock.advance(100))).toBe(2);
  });

  it('continues if the system cannot watch the path', async () => {
    const clock = new FakeClock();
    const path = join(temporaryFolder(), 'a.yaml');
    const refuse: WatchFolder = () => {
      throw new Error('ENOSPC: no watches left');
    };
    const { calls } = watching({ path, clock, watchFolder: refuse });
    writeFileSync(path, '1');
    expect(await calls(1, () => clock.advance(100))).toBeGreaterThan(0);
  });

  it('does not call back after it is stopped, and leaves no timer', async () => {
    const clock = new FakeClock();
    const folder = temporaryFolder();
    const { state, stop, calls } = watching({ path: folder, clock });
    expect(await calls(1, () => clock.advance(100))).toBe(1);
    writeFileSync(join(folder, 'a.yaml'), '1');
    stop();
    expect(clock.pendingCount).toBe(0);
    clock.advance(10_000);
    expect(state.calls).toBe(1);
  });
});
