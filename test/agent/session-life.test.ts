/** How the agent's session stays alive, comes back, and ends. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import { assignment } from '../fakes/scripted-stream.ts';
import { nodeReport } from './reports.ts';
import { SessionRig } from './session-rig.ts';

const UNREACHABLE = new RollcallError('COORDINATOR_UNREACHABLE', 'nobody there');
const a = assignment('a');

describe('a session', () => {
  let rig: SessionRig;

  beforeEach(() => {
    rig = new SessionRig();
  });

  describe('stays alive', () => {
    it('by a heartbeat when it has said nothing for the interval, the first one at random', () => {
      const stream = rig.opened();
      rig.clock.advance(4_999);
      expect(stream.all('heartbeat')).toHaveLength(0);
      rig.clock.advance(1);
      expect(stream.all('heartbeat')).toHaveLength(1);
      rig.clock.advance(30_000);
      expect(stream.all('heartbeat')).toHaveLength(4);
    });

    it('and sends no heartbeat where another message has just renewed the lease', () => {
      const stream = rig.opened();
      for (let revision = 1; revision <= 5; revision++) {
        stream.snapshot(revision, [a]);
        rig.clock.advance(9_000);
      }
      expect(stream.all('heartbeat')).toHaveLength(0);
    });

    it('by new settings from the moment they come', () => {
      const stream = rig.opened();
      stream.send({ settings: { heartbeatInterval: durationToWire(1_000), leaseDuration: durationToWire(4_000) } });
      rig.clock.advance(5_000);
      expect(stream.all('heartbeat')).toHaveLength(5);
    });

    it('but notices a coordinator that has fallen silent', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      rig.clock.advance(39_999);
      expect(stream.isGone).toBe(false);
      rig.clock.advance(1);
      expect(stream.isGone).toBe(true);
      expect(rig.warnings).toEqual([expect.stringContaining('did not acknowledge a report within the lease duration')]);
    });

    it('and ignores what it does not understand, or what comes out of turn', () => {
      rig.session.start();
      rig.link.stream.snapshot(3, [a]);
      rig.link.stream.welcome();
      rig.link.stream.send({});
      rig.link.stream.welcome();
      expect(rig.host.events).toEqual([]);
      expect(rig.logged.filter(({ message }) => message.startsWith('ignored'))).toHaveLength(3);
      rig.link.stream.snapshot(3, [a]);
      expect(rig.host.names).toEqual(['a']);
    });
  });

  describe('comes back', () => {
    it('at once after a first loss, then at random parts of one second, doubling to a minute', () => {
      rig.session.start();
      const waits = Array.from({ length: 10 }, () => rig.waitsMs(UNREACHABLE));
      expect(waits).toEqual([125, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    });

    it('within what the last settings say, also where the coordinator that set them is away', () => {
      const stream = rig.opened();
      stream.send({ settings: { maxReconnectDelay: durationToWire(10_000) } });
      const waits = Array.from({ length: 8 }, () => rig.waitsMs(UNREACHABLE));
      expect(waits).toEqual([125, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    });

    it('at once again only after a stream that was healthy for a minute', () => {
      rig.session.start();
      for (let round = 0; round < 4; round++) rig.waitsMs(UNREACHABLE);
      rig.link.stream.welcome();
      rig.clock.advance(59_999);
      expect(rig.waitsMs(null)).toBe(4000);
      rig.link.stream.welcome();
      rig.clock.advance(60_000);
      expect(rig.waitsMs(null)).toBe(125);
    });

    it('spread over the whole delay', () => {
      rig.session.start();
      rig.random = 0;
      expect(rig.waitsMs(UNREACHABLE)).toBeLessThanOrEqual(1);
      rig.random = 0.999;
      expect(rig.waitsMs(UNREACHABLE)).toBe(999);
    });

    it('when the coordinator says so', () => {
      rig.session.start();
      expect(rig.waitsMs(new RollcallError('TOO_MANY_CONNECTS', 'wait', { retryAfterMs: 7_000 }))).toBe(7_700);
    });

    it('after a drain: it ends the stream, waits, and is no failure', () => {
      const stream = rig.opened();
      stream.send({
        drain: { reason: 'restart', backoff: { delay: durationToWire(3_000), jitter: durationToWire(2_000) } },
      });
      expect(stream.isHalfClosed).toBe(true);
      stream.snapshot(5, [a]);
      expect(rig.host.events).toEqual([]);
      expect(rig.waitsMs(null)).toBe(4_000);
      expect(rig.warnings).toEqual([]);
    });

    it('after a drain also where the coordinator does not end the stream', () => {
      const stream = rig.opened();
      stream.send({ drain: { reason: 'restart', backoff: { delay: durationToWire(3_000) } } });
      rig.clock.advance(2_000);
      expect(stream.isGone).toBe(true);
      rig.clock.advance(3_000);
      expect(rig.link.streams).toHaveLength(2);
    });

    it('no sooner than a lease after another agent took its place', () => {
      rig.opened();
      expect(rig.waitsMs(new RollcallError('SUPERSEDED', 'a newer agent'))).toBe(60_000);
      expect(rig.warnings).toEqual([expect.stringContaining('a newer agent')]);
    });

    it('slowly where no protocol version is shared, and says so as an error', () => {
      rig.session.start();
      expect(rig.waitsMs(new RollcallError('PROTOCOL_UNSUPPORTED', 'speak 2 or newer'))).toBe(225_000);
      expect(rig.logged.filter(({ level }) => level >= 50)).toHaveLength(1);
    });

    it('without a warning at every attempt', () => {
      rig.session.start();
      for (let round = 0; round < 10; round++) rig.waitsMs(UNREACHABLE);
      expect(rig.warnings).toHaveLength(1);
      for (let round = 0; round < 10; round++) rig.waitsMs(UNREACHABLE);
      expect(rig.warnings).toHaveLength(2);
    });

    it('and leaves no timer of the stream before behind', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      stream.end(UNREACHABLE);
      expect(rig.clock.pendingCount).toBe(1);
    });
  });

  describe('is stopped', () => {
    it('by ending its half of the stream and waiting for the other', async () => {
      const stream = rig.opened();
      const stopped = rig.session.stop();
      expect(stream.isHalfClosed).toBe(true);
      stream.end();
      await stopped;
      expect(rig.clock.pendingCount).toBe(0);
      expect(rig.link.streams).toHaveLength(1);
    });

    it('without waiting for ever', async () => {
      rig.opened();
      const stopped = rig.session.stop();
      rig.clock.advance(2_000);
      await stopped;
      expect(rig.clock.pendingCount).toBe(0);
    });

    it('at once while it waits for its next attempt', async () => {
      rig.session.start();
      rig.link.stream.end(UNREACHABLE);
      await rig.session.stop();
      rig.clock.advance(600_000);
      expect(rig.link.streams).toHaveLength(1);
    });
  });
});
