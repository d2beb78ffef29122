/** The list-watch with a fake API server that can fail in every way. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FakeWatch } from '../../deploy/simulated-cluster/fake-watch.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import {
  PAGE_OBJECTS,
  PROBLEM_AFTER_MS,
  RESTART_DELAYS,
  WATCH_DEADLINE_MARGIN_MS,
  WATCH_SECONDS,
  WATCH_SILENCE_MS_MAX,
} from '../../shared/api-server/limits.ts';
import { ListWatch, type WatchEnd } from '../../shared/api-server/list-watch.ts';
import { eventually } from '../fakes/eventually.ts';
import { type FakeApiServer, startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { keepNamed, RecordingList } from './recording-list.ts';

const NODES = '/api/v1/nodes';
const node = (name: string, note = '') => ({ metadata: { name, annotations: { note } } });
const isWatch = ({ query }: { query: URLSearchParams }) => query.get('watch') === 'true';
const isList = (request: { query: URLSearchParams }) => !isWatch(request);

interface Rig {
  readonly server: FakeApiServer;
  readonly clock: FakeClock;
  readonly list: RecordingList;
  readonly watch: ListWatch<unknown>;
}

interface RigOptions {
  readonly fromCache?: boolean;
  readonly random?: () => number;
}

async function rig({ fromCache = false, random = () => 0.5 }: RigOptions = {}): Promise<Rig> {
  const server = await startFakeApiServer();
  const clock = new FakeClock();
  const reader = new ApiServerReader({ access: server.access, clock, userAgent: 'rollcall-test' });
  const list = new RecordingList();
  const watch = new ListWatch({ reader, path: NODES, keep: keepNamed, listener: list, clock, random, fromCache });
  onTestFinished(() => {
    watch.close();
    reader.close();
  });
  return { server, clock, list, watch };
}

async function startedWith(names: readonly string[], options: RigOptions = {}): Promise<Rig> {
  const made = await rig(options);
  for (const name of names) made.server.apply(NODES, node(name));
  made.watch.start();
  await made.watch.synced;
  await eventually(() => made.server.openWatches.length === 1);
  made.list.calls.length = 0;
  return made;
}

const names = ({ list }: Rig) => [...list.objects.keys()].sort();
const onlyWatch = ({ server }: Rig): FakeWatch => {
  const [watch] = server.openWatches;
  if (watch === undefined) throw new Error('no watch is open');
  return watch;
};
const requestsOf = ({ server }: Rig, which: (request: { query: URLSearchParams }) => boolean) =>
  server.requests.filter(which);

/** Advances the clock in small steps until the condition holds. */
const inTime = (rig: Rig, holds: () => boolean) => eventually(holds, () => rig.clock.advance(200));

describe('a list-watch', () => {
  it('reports all objects and is synced after that', async () => {
    const made = await rig();
    const total = PAGE_OBJECTS * 2 + 1;
    for (let index = 0; index < total; index++) made.server.apply(NODES, node(`n${index}`));
    made.watch.start();
    await made.watch.synced;
    expect(made.list.objects.size).toBe(total);
    expect(requestsOf(made, isList).map(({ query }) => query.get('limit'))).toEqual(['500', '500', '500']);
  });

  it('is synced after an empty list', async () => {
    expect((await startedWith([])).list.objects.size).toBe(0);
  });

  it('reports added, changed and removed objects in order', async () => {
    const made = await startedWith(['a']);
    made.server.apply(NODES, node('b', '1'));
    made.server.apply(NODES, node('b', '2'));
    made.server.remove(NODES, 'a');
    await eventually(() => made.list.calls.length === 3);
    expect(made.list.calls).toEqual(['b=1', 'b=2', '-a']);
  });

  it('reads characters that are split into single bytes', async () => {
    const made = await rig();
    made.server.chunkBytes = 1;
    made.watch.start();
    await eventually(() => made.server.openWatches.length === 1);
    made.server.apply(NODES, node('a', 'Grüße 🧭 世界'));
    await eventually(() => made.list.objects.has('a'));
    expect(made.list.objects.get('a')?.note).toBe('Grüße 🧭 世界');
  });

  it('requests bookmarks and a random timeout, and resumes from its last position', async () => {
    const made = await startedWith(['a'], { random: () => 0 });
    const version = made.server.store.get(NODES, 'a')?.metadata.resourceVersion ?? '';
    expect(Object.fromEntries(requestsOf(made, isWatch)[0]?.query ?? [])).toEqual({
      resourceVersion: version,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS.min),
      watch: 'true',
    });
    onlyWatch(made).bookmark('4711');
    onlyWatch(made).end();
    await inTime(made, () => requestsOf(made, isWatch).length === 2);
    expect(requestsOf(made, isWatch)[1]?.query.get('resourceVersion')).toBe('4711');
    expect(requestsOf(made, isList)).toHaveLength(1);
  });

  it('lists again and reports only the differences when the resource version is too old', async () => {
    const made = await startedWith(['a', 'b', 'c']);
    const gone = onlyWatch(made);
    gone.silent = true;
    made.server.remove(NODES, 'a');
    made.server.apply(NODES, node('b', 'changed'));
    made.server.apply(NODES, node('d'));
    made.server.store.compact();
    gone.end();
    await inTime(made, () => made.list.objects.has('d'));
    expect(made.list.calls).toEqual(['-a', 'b=changed', 'd=']);
    expect(made.watch.counts).toMatchObject({ lists: 2, ends: { closed: 1, expired: 1 } });
  });

  it('reports a recreated object as removed and added', async () => {
    const made = await startedWith(['a']);
    const gone = onlyWatch(made);
    gone.silent = true;
    made.server.remove(NODES, 'a');
    made.server.apply(NODES, node('a', 'again'));
    made.server.store.compact();
    gone.end();
    await inTime(made, () => made.list.calls.length === 2);
    expect(made.list.calls).toEqual(['-a', 'a=again']);
  });

  const breaks: [string, WatchEnd, (watch: FakeWatch, rig: Rig) => void][] = [
    ['in the middle of a line', 'unreachable', (watch) => watch.cutMidLine()],
    ['together with all connections', 'unreachable', (_, { server }) => server.cut()],
    ['because of data that is not an event', 'garbled', (watch) => watch.sendRaw('<html>gateway</html>\n')],
    ['because of an event of unknown type', 'garbled', (watch) => watch.sendRaw('{"type":"PING","object":{}}\n')],
    [
      'because of an object without a name',
      'garbled',
      (watch) => watch.sendRaw('{"type":"ADDED","object":{"metadata":{}}}\n'),
    ],
    [
      'because of an error event',
      'expired',
      (watch) => watch.fail({ kind: 'Status', code: 500, message: 'etcd is unavailable' }),
    ],
    ['without an error', 'closed', (watch) => watch.end()],
  ];

  it.each(breaks)('misses nothing when its watch fails %s', async (_, end, breakIt) => {
    const made = await startedWith(['a', 'b']);
    breakIt(onlyWatch(made), made);
    await eventually(() => made.server.openWatches.length === 0);
    made.server.remove(NODES, 'a');
    made.server.apply(NODES, node('c'));
    await inTime(made, () => made.list.objects.has('c'));
    expect(names(made)).toEqual(['b', 'c']);
    expect(made.watch.counts.ends[end]).toBe(1);
    expect(made.list.calls).toEqual(['-a', 'c=']);
  });

  it.each([
    ['silence', WATCH_SILENCE_MS_MAX],
    ['bookmarks without an end', WATCH_SECONDS.max * 1000 + WATCH_DEADLINE_MARGIN_MS],
  ])('aborts a watch of %s', async (kind, withinMs) => {
    const made = await startedWith(['a']);
    const first = onlyWatch(made);
    for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 10_000) {
      if (kind !== 'no data') {
        const before = made.watch.counts.events;
        first.bookmark('2');
        await eventually(() => made.watch.counts.events > before || made.watch.counts.ends.stalled > 0);
      }
      made.clock.advance(10_000);
      if (made.server.openWatches.length === 0) break;
    }
    await inTime(made, () => made.watch.counts.watches === 2);
    expect(made.watch.counts.ends.stalled).toBe(1);
  });

  it('does not wait indefinitely for response headers', async () => {
    const made = await rig();
    made.server.fault('silence');
    made.server.fault('silence', isWatch);
    made.watch.start();
    await eventually(
      () => made.watch.counts.watches === 1,
      () => made.clock.advance(1_000),
    );
    expect(made.watch.counts.ends.stalled).toBe(2);
  });

  it('survives a restart of the API server without a new list', async () => {
    const made = await startedWith(['a']);
    await made.server.stop();
    await inTime(made, () => made.watch.counts.ends.unreachable >= 3);
    await made.server.start();
    made.server.apply(NODES, node('b'));
    await inTime(made, () => made.list.objects.has('b'));
    expect(made.watch.counts.lists).toBe(1);
  });

  it('waits at least as long as the API server requests', async () => {
    const made = await startedWith(['a']);
    made.server.fault({ status: 429, headers: { 'retry-after': '20' } }, isWatch);
    onlyWatch(made).end();
    await inTime(made, () => made.watch.counts.ends.throttled === 1);
    const startMs = made.clock.nowMs();
    await inTime(made, () => made.watch.counts.watches === 2);
    expect(made.clock.nowMs() - startMs).toBeGreaterThanOrEqual(20_000);
    expect(made.watch.counts.lists).toBe(1);
  });

  it('retries with a growing, limited delay while the API server fails', async () => {
    const made = await startedWith(['a'], { random: () => 0.999 });
    await made.server.stop();
    const failures = () => made.watch.counts.ends.unreachable;
    const atMs: number[] = [];
    for (let count = 1; count <= 9; count++) {
      await inTime(made, () => failures() >= count);
      atMs.push(made.clock.nowMs());
    }
    const pauses = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0));
    expect(pauses.slice(0, 4)).toEqual(pauses.slice(0, 4).toSorted((left, right) => left - right));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(RESTART_DELAYS.maxMs + 1_000);
    expect(pauses.at(-1)).toBeGreaterThan(RESTART_DELAYS.maxMs - 1_000);
  });

  it('lists from the cache only if the cache is recent enough', async () => {
    const made = await startedWith(['a'], { fromCache: true });
    const version = made.server.store.get(NODES, 'a')?.metadata.resourceVersion;
    made.server.store.compact();
    made.server.apply(NODES, node('b'));
    await eventually(() => made.list.objects.has('b'));
    onlyWatch(made).sendRaw('garbage\n');
    await inTime(made, () => made.watch.counts.lists === 2);
    const versions = requestsOf(made, isList).map(({ query }) => query.get('resourceVersion'));
    expect([version, ...versions]).toEqual(['2', '0', null]);
  });

  it('reports a problem after a delay, and its end', async () => {
    const made = await startedWith(['a']);
    const stoppedMs = made.clock.nowMs();
    await made.server.stop();
    await eventually(() => made.watch.counts.ends.unreachable === 1);
    expect(made.list.calls).toEqual([]);
    await inTime(made, () => made.list.problem !== null);
    expect(made.clock.nowMs() - stoppedMs).toBeGreaterThanOrEqual(PROBLEM_AFTER_MS);
    expect(made.list.problem).toMatchObject({ failure: 'unreachable', sinceMs: stoppedMs });
    await made.server.start();
    await inTime(made, () => made.list.problem === null);
    expect(made.list.calls.at(-1)).toBe('fine');
    expect(names(made)).toEqual(['a']);
  });

  it('reports a missing permission immediately', async () => {
    const made = await rig();
    const message = 'nodes is forbidden: User "x" cannot list resource "nodes" in API group "" at the cluster scope';
    made.server.fault({ status: 403, body: { kind: 'Status', message, code: 403 } });
    made.watch.start();
    await eventually(() => made.list.problem !== null);
    expect(made.list.problem?.message).toBe(`the API server returned 403 for GET ${NODES}: ${message}`);
    await inTime(made, () => made.list.problem === null);
  });

  it('reports nothing after it is closed', async () => {
    const made = await startedWith(['a']);
    made.watch.close();
    await eventually(() => made.server.openWatches.length === 0);
    expect(made.list.calls).toEqual([]);
    expect(made.clock.pendingCount).toBe(0);
  });
});
