/** The fence around writes to the cluster: only a leader that holds its Lease for long enough writes. */
import { expect, test } from 'vitest';
import type { ClusterWriter } from '../../coordinator/enactment/cluster-writer.ts';
import { FencedClusterWriter } from '../../coordinator/enactment/fenced-cluster-writer.ts';
import { Leadership } from '../../coordinator/leadership/leadership.ts';
import { CLUSTER_WRITE_TIMEOUT_MS, LEADERSHIP } from '../../coordinator/limits.ts';
import { createLogger } from '../../shared/logging.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryLease } from '../fakes/memory-lease.ts';

const CREATED = { metadata: { name: 'a', resourceVersion: '1' } };
const PRECONDITIONS = { uid: 'u', resourceVersion: '7' };
const WRITES: [string, (writer: ClusterWriter) => Promise<unknown>][] = [
  ['create', (writer) => writer.create('/pods', { kind: 'Pod' })],
  ['patch', (writer) => writer.patch('/pods/a', { metadata: {} }, PRECONDITIONS)],
  ['delete', (writer) => writer.delete('/pods/a', PRECONDITIONS)],
];

/** Keeps the writes that it was asked for. */
class RecordingWriter implements ClusterWriter {
  readonly calls: unknown[][] = [];

  async create(...call: unknown[]) {
    this.calls.push(call);
    return CREATED;
  }

  async patch(...call: unknown[]) {
    this.calls.push(call);
    return { stored: 'patched' };
  }

  async delete(...call: unknown[]) {
    this.calls.push(call);
  }
}

test('passes a write on while the Lease is held for longer than the timeout', async () => {
  const writer = new RecordingWriter();
  const fenced = new FencedClusterWriter(writer, { leaseRemainingMs: CLUSTER_WRITE_TIMEOUT_MS + 1 });
  const results = [];
  for (const [, write] of WRITES) results.push(await write(fenced));
  expect(results).toEqual([CREATED, { stored: 'patched' }, undefined]);
  expect(writer.calls).toEqual([
    ['/pods', { kind: 'Pod' }],
    ['/pods/a', { metadata: {} }, PRECONDITIONS],
    ['/pods/a', PRECONDITIONS],
  ]);
});

test.each(WRITES)('rejects %s with NOT_LEADER when the Lease might end before the timeout', async (_, write) => {
  const writer = new RecordingWriter();
  const fenced = new FencedClusterWriter(writer, { leaseRemainingMs: CLUSTER_WRITE_TIMEOUT_MS });
  await expect(write(fenced)).rejects.toMatchObject({
    reason: 'NOT_LEADER',
    message:
      'this coordinator holds the Lease for only 5000 ms more, and a write to the cluster may take 5000 ms; nothing was written',
  });
  expect(writer.calls).toEqual([]);
});

test.each(WRITES)('rejects %s with NOT_LEADER on a coordinator that does not lead', async (_, write) => {
  const writer = new RecordingWriter();
  const fenced = new FencedClusterWriter(writer, { leaseRemainingMs: 0 });
  await expect(write(fenced)).rejects.toMatchObject({
    reason: 'NOT_LEADER',
    message: expect.stringContaining('this coordinator does not hold the Lease') as string,
  });
  expect(writer.calls).toEqual([]);
});

test('lets a leader write after each renewal, and rejects writes once renewals fail', async () => {
  const clock = new FakeClock();
  const port = new MemoryLease().port();
  const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
  const leadership = new Leadership({ lease: port, identity: 'a', clock, random: () => 0, log });
  const fenced = new FencedClusterWriter(new RecordingWriter(), leadership);
  const create = () => fenced.create('/pods', {});
  await expect(create()).rejects.toMatchObject({ reason: 'NOT_LEADER' });

  const leading = leadership.waitUntilLeading();
  clock.advance(0);
  await leading;
  expect(leadership.leaseRemainingMs).toBe(LEADERSHIP.leaseMs);
  await expect(create()).resolves.toEqual(CREATED);

  port.connection = 'silent';
  clock.advance(LEADERSHIP.renewWithinMs - 1);
  await expect(create()).resolves.toEqual(CREATED);
  clock.advance(1);
  expect(leadership.leaseRemainingMs).toBe(0);
  await expect(create()).rejects.toMatchObject({ reason: 'NOT_LEADER' });
});

test('a leader may write until it gives up its Lease', () => {
  expect(LEADERSHIP.leaseMs - LEADERSHIP.renewWithinMs).toBeGreaterThanOrEqual(CLUSTER_WRITE_TIMEOUT_MS);
});
