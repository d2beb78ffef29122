/** The agent's session over streams in memory, with time in the test's hands. */
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConversationHost } from '../../agent/session/conversation.ts';
import type { HeldAssignments } from '../../agent/session/held-assignments.ts';
import { Outbox } from '../../agent/session/outbox.ts';
import { Session } from '../../agent/session/session.ts';
import { RollcallError } from '../../shared/errors.ts';
import { assignmentDigest } from '../../shared/roll/assignment-digest.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { assignment, type ScriptedStream, STORE_ID } from '../fakes/scripted-stream.ts';
import { MemoryLink } from './memory-link.ts';
import { nodeReport, podReport } from './reports.ts';

const UNREACHABLE = new RollcallError('COORDINATOR_UNREACHABLE', 'nobody there');
const a = assignment('a');
const b = assignment('b', { version: 2 });

/** The agent around the session, as small as can be. */
class Host implements ConversationHost {
  held: HeldAssignments | null = null;
  readonly events: string[] = [];

  keep(held: HeldAssignments): void {
    this.held = held;
    this.events.push(`keep ${held.revision}`);
  }

  assignmentsChanged(): void {
    this.events.push('changed');
  }

  reportsRequested(): void {
    this.events.push('requested');
  }

  get names(): string[] {
    return [...(this.held?.assignments.keys() ?? [])].map((key) => key.slice('default/'.length)).toSorted();
  }
}

describe('a session', () => {
  let clock: FakeClock;
  let link: MemoryLink;
  let host: Host;
  let outbox: Outbox;
  let session: Session;
  let logged: { level: number; message: string }[];
  let random: number;

  beforeEach(() => {
    clock = new FakeClock();
    link = new MemoryLink();
    host = new Host();
    outbox = new Outbox();
    logged = [];
    random = 0.5;
    const log = pino(
      { level: 'debug', messageKey: 'message' },
      { write: (line) => logged.push(JSON.parse(line) as { level: number; message: string }) },
    );
    session = new Session({
      openStream: link.open,
      clock,
      random: () => random,
      log,
      identity: { node: { name: 'n1', uid: 'uid-1' }, instanceId: 'instance-1', agentVersion: '9.9.9', startMs: 1000 },
      host,
      outbox,
    });
  });

  /** Starts and is welcomed. */
  function opened(): ScriptedStream {
    session.start();
    link.stream.welcome();
    return link.stream;
  }

  /** How long it waits after the newest stream ended so. */
  function waitsMs(error: RollcallError | null): number {
    const before = link.streams.length;
    const startMs = clock.nowMs();
    link.stream.end(error);
    while (link.streams.length === before) clock.advance(1);
    return clock.nowMs() - startMs;
  }

  /** The stream that follows when the newest one ends so. */
  function next(error: RollcallError | null): ScriptedStream {
    waitsMs(error);
    return link.stream;
  }

  const acks = (stream: ScriptedStream) =>
    stream
      .all('assignmentAck')
      .map(({ sequence, appliedRevision, error }) => [sequence, appliedRevision, error?.message ?? 'ok']);
  const reports = (stream: ScriptedStream) =>
    stream.received.flatMap(({ nodeReport: node, podReport: pods }) =>
      node
        ? [`node ${node.reportSequence} ${node.source}`]
        : pods
          ? [`pods ${pods.reportSequence} ${pods.verifiedRevision}`]
          : [],
    );
  const warnings = () => logged.filter(({ level }) => level >= 40).map(({ message }) => message);

  describe('says hello', () => {
    it('with its node, its instance, its versions and no cursor at first', () => {
      session.start();
      expect(link.stream.hello).toMatchObject({
        node: { name: 'n1', uid: 'uid-1' },
        instanceId: 'instance-1',
        agentVersion: '9.9.9',
        protocolVersionMin: 1,
        protocolVersionMax: 1,
        cursor: null,
        startTime: { seconds: '1' },
      });
    });

    it('with the cursor of what it holds, on every later stream', () => {
      opened().snapshot(7, [a]);
      const { hello } = next(null);
      expect(hello?.cursor).toEqual({ storeId: STORE_ID, revision: '7', digest: assignmentDigest([a]) });
    });

    it('and says nothing else before it is welcomed', () => {
      outbox.putNode(nodeReport());
      session.start();
      session.reportsChanged();
      clock.advance(14_000);
      expect(link.stream.received).toHaveLength(1);
    });

    it('and gives up where nobody answers', () => {
      session.start();
      clock.advance(15_000);
      expect(link.stream.isGone).toBe(true);
      expect(warnings()).toEqual([expect.stringContaining('did not answer Hello')]);
      clock.advance(1_000);
      expect(link.streams).toHaveLength(2);
    });
  });

  describe('takes assignments', () => {
    it('as a snapshot, then as deltas, and acknowledges each only after it is kept', () => {
      const stream = opened();
      stream.snapshot(5, [a]);
      expect(host.names).toEqual(['a']);
      stream.delta({ base: 5, revision: 9, upserts: [b], result: [a, b] });
      stream.delta({ base: 9, revision: 12, removals: ['default/a'], result: [b] });
      expect(host.names).toEqual(['b']);
      expect(host.events).toEqual(['keep 5', 'changed', 'keep 9', 'changed', 'keep 12', 'changed']);
      expect(acks(stream)).toEqual([
        ['1', '5', 'ok'],
        ['2', '9', 'ok'],
        ['3', '12', 'ok'],
      ]);
    });

    it('refusing a delta for another base, and keeps the old ones', () => {
      const stream = opened();
      stream.snapshot(5, [a]);
      stream.delta({ base: 6, revision: 9, upserts: [b], result: [a, b] });
      expect(acks(stream)[1]).toEqual(['2', '5', 'a delta for revision 6 came, and revision 5 is held']);
      expect(host.names).toEqual(['a']);
      stream.snapshot(9, [a, b]);
      expect(acks(stream)[2]).toEqual(['3', '9', 'ok']);
      expect(host.names).toEqual(['a', 'b']);
    });

    it('refusing an update whose digest is not that of what comes out', () => {
      const stream = opened();
      stream.snapshot(5, [a]);
      stream.delta({ base: 5, revision: 9, upserts: [b], result: [b] });
      stream.snapshot(9, [a, b], assignmentDigest([a]));
      expect(acks(stream).map(([, revision]) => revision)).toEqual(['5', '5', '5']);
      expect(acks(stream)[2]?.[2]).toMatch(/^the digest of the 2 assignments is [0-9a-f]{12}, not [0-9a-f]{12}$/);
      expect(host.names).toEqual(['a']);
    });

    it('refusing a delta while it holds none, an empty update, and a verdict that it does not know', () => {
      const stream = opened();
      stream.delta({ base: 0, revision: 1, result: [] });
      stream.send({ assignmentUpdate: { sequence: '2', revision: '1' } });
      const unknown = { daemonSet: { namespace: 'x', name: 'y' }, verdict: 'VERDICT_NONE' as const };
      stream.send({ assignmentUpdate: { sequence: '3', revision: '1', snapshot: { assignments: [unknown] } } });
      expect(acks(stream)).toEqual([
        ['1', '0', 'a delta for revision 0 came, and no assignments are held'],
        ['2', '0', 'the update holds neither a snapshot nor a delta'],
        ['3', '0', 'the assignment of x/y has the unknown verdict VERDICT_NONE'],
      ]);
      expect(host.events).toEqual([]);
    });

    it('refusing a delta of another store than the one whose assignments it holds', () => {
      opened().snapshot(5, [a]);
      const stream = next(null);
      stream.welcome({ storeId: 'store-2' });
      stream.delta({ base: 5, revision: 6, upserts: [b], result: [a, b] });
      expect(acks(stream)[0]?.[2]).toBe('a delta for store store-2 came, and assignments of store store-1 are held');
      stream.snapshot(2, []);
      expect(host.held).toMatchObject({ storeId: 'store-2', revision: 2 });
    });

    it('and holds an empty snapshot as an answer too', () => {
      const stream = opened();
      stream.snapshot(3, []);
      expect(acks(stream)).toEqual([['1', '3', 'ok']]);
      expect(host.held?.assignments.size).toBe(0);
    });
  });

  describe('reports', () => {
    it('in the order of their numbers, and the newest of each kind only', () => {
      session.start();
      outbox.putPods(podReport(1));
      outbox.putNode(nodeReport('old'));
      outbox.putNode(nodeReport('new'));
      link.stream.welcome();
      expect(reports(link.stream)).toEqual(['pods 1 1', 'node 2 new']);
    });

    it('again after a reconnect, with the same number and the original time', () => {
      const stream = opened();
      outbox.putNode(nodeReport('file', 12_345));
      session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 file']);
      const second = next(UNREACHABLE);
      expect(reports(second)).toEqual([]);
      second.welcome();
      expect(reports(second)).toEqual(['node 1 file']);
      expect(second.all('nodeReport')[0]?.observeTime).toEqual({ seconds: '12', nanos: 345_000_000 });
    });

    it('never with a number below one that was sent before', () => {
      const stream = opened();
      outbox.putNode(nodeReport('first'));
      session.reportsChanged();
      outbox.putPods(podReport(1));
      outbox.putNode(nodeReport('second'));
      session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 first', 'pods 2 1']);
      const second = next(UNREACHABLE);
      second.welcome();
      expect(reports(second)).toEqual(['pods 2 1', 'node 3 second']);
    });

    it('not again once they are durable, whether an ack or the next Welcome said so', () => {
      const stream = opened();
      outbox.putNode(nodeReport());
      outbox.putPods(podReport(1));
      session.reportsChanged();
      stream.acknowledge(1);
      const second = next(UNREACHABLE);
      second.welcome({ lastReportSequence: '2' });
      expect(reports(second)).toEqual([]);
    });

    it('only one of a kind at a time, however many changes there are', () => {
      const stream = opened();
      for (let revision = 1; revision <= 50; revision++) {
        outbox.putPods(podReport(revision));
        session.reportsChanged();
      }
      expect(reports(stream)).toEqual(['pods 1 1']);
      stream.acknowledge(1);
      expect(reports(stream)).toEqual(['pods 1 1', 'pods 2 50']);
    });

    it('no faster than the terms allow, merging what changes in between', () => {
      session.start();
      link.stream.welcome({ terms: { reportIntervalMin: durationToWire(1000) } });
      for (let revision = 1; revision <= 5; revision++) {
        outbox.putPods(podReport(revision));
        session.reportsChanged();
        link.stream.acknowledge(revision);
        clock.advance(100);
      }
      expect(reports(link.stream)).toEqual(['pods 1 1']);
      clock.advance(500);
      expect(reports(link.stream)).toEqual(['pods 1 1', 'pods 2 5']);
    });

    it('nothing larger than the terms allow, and says so once', () => {
      session.start();
      link.stream.welcome({ terms: { reportBytesMax: 40 } });
      outbox.putNode(nodeReport('x'.repeat(100)));
      session.reportsChanged();
      session.reportsChanged();
      expect(reports(link.stream)).toEqual([]);
      expect(warnings()).toEqual([expect.stringContaining('too large')]);
    });

    it('all again when it is asked, though an earlier one was never acknowledged', () => {
      const stream = opened();
      outbox.putNode(nodeReport('first'));
      session.reportsChanged();
      host.reportsRequested = () => outbox.putNode(nodeReport('full'));
      stream.send({ reportRequest: {} });
      expect(reports(stream)).toEqual(['node 1 first', 'node 2 full']);
    });

    it('all again when the coordinator has forgotten what it acknowledged', () => {
      const stream = opened();
      outbox.putNode(nodeReport());
      session.reportsChanged();
      stream.acknowledge(1);
      next(null).welcome({ lastReportSequence: '1' });
      expect(host.events).toEqual([]);
      next(null).welcome({ lastReportSequence: '0' });
      expect(host.events).toEqual(['requested']);
    });

    it('are not lost to an acknowledgement of more than was sent', () => {
      const stream = opened();
      stream.acknowledge(99);
      outbox.putNode(nodeReport());
      session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 file']);
      next(UNREACHABLE).welcome();
      expect(reports(link.stream)).toEqual(['node 1 file']);
    });
  });

  describe('stays alive', () => {
    it('by a heartbeat when it has said nothing for the interval, the first one at random', () => {
      const stream = opened();
      clock.advance(4_999);
      expect(stream.all('heartbeat')).toHaveLength(0);
      clock.advance(1);
      expect(stream.all('heartbeat')).toHaveLength(1);
      clock.advance(30_000);
      expect(stream.all('heartbeat')).toHaveLength(4);
    });

    it('and sends no heartbeat where another message has just renewed the lease', () => {
      const stream = opened();
      for (let revision = 1; revision <= 5; revision++) {
        stream.snapshot(revision, [a]);
        clock.advance(9_000);
      }
      expect(stream.all('heartbeat')).toHaveLength(0);
    });

    it('by new terms from the moment they come', () => {
      const stream = opened();
      stream.send({ terms: { heartbeatInterval: durationToWire(1_000), leaseDuration: durationToWire(4_000) } });
      clock.advance(5_000);
      expect(stream.all('heartbeat')).toHaveLength(5);
    });

    it('but notices a coordinator that has fallen silent', () => {
      const stream = opened();
      outbox.putNode(nodeReport());
      session.reportsChanged();
      clock.advance(39_999);
      expect(stream.isGone).toBe(false);
      clock.advance(1);
      expect(stream.isGone).toBe(true);
      expect(warnings()).toEqual([expect.stringContaining('did not acknowledge a report for a whole lease')]);
    });

    it('and ignores what it does not understand, or what comes out of turn', () => {
      session.start();
      link.stream.snapshot(3, [a]);
      link.stream.welcome();
      link.stream.send({});
      link.stream.welcome();
      expect(host.events).toEqual([]);
      expect(logged.filter(({ message }) => message.startsWith('ignored'))).toHaveLength(3);
      link.stream.snapshot(3, [a]);
      expect(host.names).toEqual(['a']);
    });
  });

  describe('comes back', () => {
    it('at once after a first loss, then at random parts of one second, doubling to a minute', () => {
      session.start();
      const waits = Array.from({ length: 10 }, () => waitsMs(UNREACHABLE));
      expect(waits).toEqual([125, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    });

    it('at once again only after a stream that was healthy for a minute', () => {
      session.start();
      for (let round = 0; round < 4; round++) waitsMs(UNREACHABLE);
      link.stream.welcome();
      clock.advance(59_999);
      expect(waitsMs(null)).toBe(4000);
      link.stream.welcome();
      clock.advance(60_000);
      expect(waitsMs(null)).toBe(125);
    });

    it('spread over the whole delay', () => {
      session.start();
      random = 0;
      expect(waitsMs(UNREACHABLE)).toBeLessThanOrEqual(1);
      random = 0.999;
      expect(waitsMs(UNREACHABLE)).toBe(999);
    });

    it('when the coordinator says so', () => {
      session.start();
      expect(waitsMs(new RollcallError('TOO_MANY_CONNECTS', 'wait', { retryAfterMs: 7_000 }))).toBe(7_700);
    });

    it('after a drain: it ends the stream, waits, and is no failure', () => {
      const stream = opened();
      stream.send({
        drain: { reason: 'restart', backoff: { delay: durationToWire(3_000), jitter: durationToWire(2_000) } },
      });
      expect(stream.isHalfClosed).toBe(true);
      stream.snapshot(5, [a]);
      expect(host.events).toEqual([]);
      expect(waitsMs(null)).toBe(4_000);
      expect(warnings()).toEqual([]);
    });

    it('after a drain also where the coordinator does not end the stream', () => {
      const stream = opened();
      stream.send({ drain: { reason: 'restart', backoff: { delay: durationToWire(3_000) } } });
      clock.advance(2_000);
      expect(stream.isGone).toBe(true);
      clock.advance(3_000);
      expect(link.streams).toHaveLength(2);
    });

    it('no sooner than a lease after another agent took its place', () => {
      opened();
      expect(waitsMs(new RollcallError('SUPERSEDED', 'a newer agent'))).toBe(60_000);
      expect(warnings()).toEqual([expect.stringContaining('a newer agent')]);
    });

    it('slowly where no protocol version is shared, and says so as an error', () => {
      session.start();
      expect(waitsMs(new RollcallError('PROTOCOL_UNSUPPORTED', 'speak 2 or newer'))).toBe(225_000);
      expect(logged.filter(({ level }) => level >= 50)).toHaveLength(1);
    });

    it('without a warning at every attempt', () => {
      session.start();
      for (let round = 0; round < 10; round++) waitsMs(UNREACHABLE);
      expect(warnings()).toHaveLength(1);
      for (let round = 0; round < 10; round++) waitsMs(UNREACHABLE);
      expect(warnings()).toHaveLength(2);
    });

    it('and leaves no timer of the stream before behind', () => {
      const stream = opened();
      outbox.putNode(nodeReport());
      session.reportsChanged();
      stream.end(UNREACHABLE);
      expect(clock.pendingCount).toBe(1);
    });
  });

  describe('is stopped', () => {
    it('by ending its half of the stream and waiting for the other', async () => {
      const stream = opened();
      const stopped = session.stop();
      expect(stream.isHalfClosed).toBe(true);
      stream.end();
      await stopped;
      expect(clock.pendingCount).toBe(0);
      expect(link.streams).toHaveLength(1);
    });

    it('without waiting for ever', async () => {
      opened();
      const stopped = session.stop();
      clock.advance(2_000);
      await stopped;
      expect(clock.pendingCount).toBe(0);
    });

    it('at once while it waits for its next attempt', async () => {
      session.start();
      link.stream.end(UNREACHABLE);
      await session.stop();
      clock.advance(600_000);
      expect(link.streams).toHaveLength(1);
    });
  });
});
