/** Leader election between two candidates: at most one ever leads, and the other one takes over when the leader fails. */
import { expect, onTestFinished, test } from 'vitest';
import { Leadership } from '../../coordinator/leadership/leadership.ts';
import { LEADERSHIP } from '../../coordinator/limits.ts';
import { createLogger } from '../../shared/logging.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryLease, type MemoryLeasePort } from '../fakes/memory-lease.ts';

const log = createLogger({ program: 'test', level: 'silent', format: 'json' });

class Candidate {
  readonly port: MemoryLeasePort;
  readonly leadership: Leadership;
  lost: string | null = null;
  /** Reasons for standing by, oldest first. */
  reasons: string[] = [];

  constructor(lease: MemoryLease, identity: string, clock: FakeClock) {
    this.port = lease.port();
    const onStandby = (why: string) => this.reasons.push(why);
    this.leadership = new Leadership({ lease: this.port, identity, clock, random: () => 0.5, log, onStandby });
    void this.leadership.waitUntilLeading();
    void this.leadership.leadershipLost.then((why) => (this.lost = why));
    onTestFinished(() => this.leadership.stop());
  }

  get isLeading(): boolean {
    return this.leadership.isLeading;
  }
}

/** Advances the clock in small steps, so that every request is answered in between. */
async function pass(clock: FakeClock, ms: number, look: () => void = () => {}): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    clock.advance(250);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    look();
  }
}

function twoCandidates() {
  const clock = new FakeClock();
  const lease = new MemoryLease();
  return { clock, lease, a: new Candidate(lease, 'a', clock), b: new Candidate(lease, 'b', clock) };
}

test('exactly one of two candidates leads and keeps leading', async () => {
  const { clock, lease, a, b } = twoCandidates();
  await pass(clock, 60_000);
  expect([a.isLeading, b.isLeading]).toEqual([true, false]);
  expect([a.reasons, b.reasons]).toEqual([[], ['a is the leader']]);
  expect(lease.stored?.record).toMatchObject({ holder: 'a', durationMs: LEADERSHIP.leaseMs, transitions: 0 });
});

test.each(['cut', 'silent'] as const)(
  'a leader with a %s connection gives up before the other candidate may acquire the Lease',
  async (line) => {
    const { clock, lease, a, b } = twoCandidates();
    await pass(clock, 5_000);
    a.port.connection = line;
    let gaveUpMs = 0;
    let tookOverMs = 0;
    await pass(clock, 30_000, () => {
      expect(a.isLeading && b.isLeading).toBe(false);
      if (a.lost !== null) gaveUpMs ||= clock.elapsedMs();
      if (b.isLeading) tookOverMs ||= clock.elapsedMs();
    });
    expect(a.lost).toContain('failed to renew the Lease for 10 seconds');
    expect(tookOverMs - gaveUpMs).toBeGreaterThan(0);
    expect(lease.stored?.record).toMatchObject({ holder: 'b', transitions: 1 });
    // The connection recovers: the former leader stays down, because its state may be outdated.
    a.port.connection = 'up';
    await pass(clock, 30_000);
    expect([a.isLeading, b.isLeading]).toEqual([false, true]);
  },
);

test('reports each reason for standing by once: another leader, or an unreachable API server', async () => {
  const { clock, b } = twoCandidates();
  await pass(clock, 10_000);
  b.port.connection = 'cut';
  await pass(clock, 10_000);
  b.port.connection = 'silent';
  await pass(clock, 20_000);
  b.port.connection = 'up';
  await pass(clock, 10_000);
  const failed = 'failed to acquire the Lease';
  expect(b.reasons).toEqual([
    'a is the leader',
    `${failed}: connection refused`,
    `${failed}: the API server did not answer within 4 seconds`,
    'a is the leader',
  ]);
});

test('keeps leading through a short interruption', async () => {
  const { clock, a, b } = twoCandidates();
  await pass(clock, 5_000);
  a.port.connection = 'cut';
  await pass(clock, 7_000);
  a.port.connection = 'up';
  await pass(clock, 30_000);
  expect([a.isLeading, b.isLeading, a.lost]).toEqual([true, false, null]);
});

test('a paused leader detects that its Lease is overdue before any timer fires', async () => {
  const { clock, a } = twoCandidates();
  await pass(clock, 5_000);
  a.port.connection = 'silent';
  const paused = { ms: 0 };
  const elapsed = clock.elapsedMs.bind(clock);
  clock.elapsedMs = () => elapsed() + paused.ms;
  paused.ms = 60_000;
  expect(a.isLeading).toBe(false);
});

test('a leader that stops releases the Lease, and the other candidate leads on its next attempt', async () => {
  const { clock, lease, a, b } = twoCandidates();
  await pass(clock, 5_000);
  await a.leadership.stop();
  expect(lease.stored?.record.holder).toBe('');
  await pass(clock, LEADERSHIP.retryMs * (1 + LEADERSHIP.retryJitter));
  expect(b.isLeading).toBe(true);
});

test('a candidate that is stopped while it stands by never leads', async () => {
  const { clock, a, b } = twoCandidates();
  await pass(clock, 5_000);
  const leading = b.leadership.waitUntilLeading();
  await b.leadership.stop();
  expect(await leading).toBe(false);
  await a.leadership.stop();
  await pass(clock, 60_000);
  expect(b.isLeading).toBe(false);
});

test('gives up leadership when another candidate holds the Lease', async () => {
  const { clock, lease, a } = twoCandidates();
  await pass(clock, 5_000);
  const record = lease.stored?.record;
  if (record === undefined) throw new Error('there is no Lease');
  lease.write({ ...record, holder: 'c' }, {});
  await pass(clock, LEADERSHIP.retryMs);
  await eventually(() => a.lost !== null);
  expect(a.lost).toBe('c holds the Lease');
});

test('publishes the head of the journal with the next renewal', async () => {
  const { clock, lease, a } = twoCandidates();
  await pass(clock, 5_000);
  a.leadership.publishHeads(() => ({ revision: 42, hash: 'abc' }));
  await pass(clock, LEADERSHIP.retryMs);
  expect(lease.annotations).toEqual({ 'rollcall.dev/journal-head': '42 abc' });
});
