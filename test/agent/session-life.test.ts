/** Heartbeats, reconnects and the end of the agent's session. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import { assignment } from '../fakes/scripted-stream.ts';
import { nodeReport } from './reports.ts';
import { SessionRig } from './session-rig.ts';

const UNREACHABLE = new RollcallError('COORDINATOR_UNREACHABLE', 'connection refused');
const a = assignment('a');

describe('a session', () => {
  let rig: SessionRig;

  beforeEach(() => {
    rig = new SessionRig();
  });

  describe('stays alive', () => {
    it('with a heartbeat after the interval without a message, the first one at a random time', () => {
      const stream = rig.opened();
      rig.clock.advance(4_999);
      expect(stream.all('heartbeat')).toHaveLength(0);
      rig.clock.advance(1);
      expect(stream.all('heartbeat')).toHaveLength(1);
      rig.clock.advance(30_000);
      expect(stream.all('heartbeat')).toHaveLength(4);
    });

    it('without a heartbeat after another message renewed the lease', () => {
      const stream = rig.opened();
      for (let revision = 1; revision <= 5; revision++) {
        stream.snapshot(revision, [a]);
        rig.clock.advance(9_000);
      }
      expect(stream.all('heartbeat')).toHaveLength(0);
    });

    it('with new settings as soon as they arrive', () => {
      const stream = rig.opened();
      stream.send({ settings: { heartbeatInterval: durationToWire(1_000), leaseDuration: durationToWire(4_000) } });
      rig.clock.advance(5_000);
      expect(stream.all('heartbeat')).toHaveLength(5);
    });

    it('and detects a coordinator that does not respond', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      rig.clock.advance(39_999);
      expect(stream.isGone).toBe(false);
      rig.clock.advance(1);
      expect(stream.isGone).toBe(true);
      expect(rig.warnings).toEqual([expect.stringContaining('did not acknowledge a report within the lease duration')]);
    });

    it('and ignores unknown and unexpected messages', () => {
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

  describe('reconnects', () => {
    it('quickly after the first loss, then with a random backoff that doubles up to one minute', () => {
      rig.session.start();
      const waits = Array.from({ length: 10 }, () => rig.waitsMs(UNREACHABLE));
      expect(waits).toEqual([125, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    });

    it('within the delay of the last settings, even while the coordinator is unavailable', () => {
      const stream = rig.opened();
      stream.send({ settings: { maxReconnectDelay: durationToWire(10_000) } });
      const waits = Array.from({ length: 8 }, () => rig.waitsMs(UNREACHABLE));
      expect(waits).toEqual([125, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    });

    it('quickly again only after a stream that was open for one minute', () => {
      rig.session.start();
      for (let round = 0; round < 4; round++) rig.waitsMs(UNREACHABLE);
      rig.link.stream.welcome();
      rig.clock.advance(59_999);
      expect(rig.waitsMs(null)).toBe(4000);
      rig.link.stream.welcome();
      rig.clock.advance(60_000);
      expect(rig.waitsMs(null)).toBe(125);
    });

    it('distributed over the whole delay', () => {
      rig.session.start();
      rig.random = 0;
      expect(rig.waitsMs(UNREACHABLE)).toBeLessThanOrEqual(1);
      rig.random = 0.999;
      expect(rig.waitsMs(UNREACHABLE)).toBe(999);
    });

    it('after the delay that the coordinator requests', () => {
      rig.session.start();
      expect(rig.waitsMs(new RollcallError('TOO_MANY_CONNECTS', 'wait', { retryAfterMs: 7_000 }))).toBe(7_700);
    });

    it('after a drain, without reporting a failure', () => {
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

    it('after a drain even if the coordinator does not end the stream', () => {
      const stream = rig.opened();
      stream.send({ drain: { reason: 'restart', backoff: { delay: durationToWire(3_000) } } });
      rig.clock.advance(2_000);
      expect(stream.isGone).toBe(true);
      rig.clock.advance(3_000);
      expect(rig.link.streams).toHaveLength(2);
    });

    it('not earlier than one lease duration after another agent replaced it', () => {
      rig.opened();
      expect(rig.waitsMs(new RollcallError('SUPERSEDED', 'a newer agent'))).toBe(60_000);
      expect(rig.warnings).toEqual([expect.stringContaining('a newer agent')]);
    });

    it('slowly and with an error if there is no common protocol version', () => {
      rig.session.start();
      expect(rig.waitsMs(new RollcallError('PROTOCOL_UNSUPPORTED', 'speak 2 or newer'))).toBe(225_000);
      expect(rig.logged.filter(({ level }) => level >= 50)).toHaveLength(1);
    });

    it('without a warning for each attempt', () => {
      rig.session.start();
      for (let round = 0; round < 10; round++) rig.waitsMs(UNREACHABLE);
      expect(rig.warnings).toHaveLength(1);
      for (let round = 0; round < 10; round++) rig.waitsMs(UNREACHABLE);
      expect(rig.warnings).toHaveLength(2);
    });

    it('without remaining timers of the previous stream', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      stream.end(UNREACHABLE);
      expect(rig.clock.pendingCount).toBe(1);
    });
  });

  describe('stops', () => {
    it('by closing its side of the stream and waiting for the coordinator', async () => {
      const stream = rig.opened();
      const stopped = rig.session.stop();
      expect(stream.isHalfClosed).toBe(true);
      stream.end();
      await stopped;
      expect(rig.clock.pendingCount).toBe(0);
      expect(rig.link.streams).toHaveLength(1);
    });

    it('without waiting indefinitely', async () => {
      rig.opened();
      const stopped = rig.session.stop();
      rig.clock.advance(2_000);
      await stopped;
      expect(rig.clock.pendingCount).toBe(0);
    });

    it('immediately while it waits for the next attempt', async () => {
      rig.session.start();
      rig.link.stream.end(UNREACHABLE);
      await rig.session.stop();
      rig.clock.advance(600_000);
      expect(rig.link.streams).toHaveLength(1);
    });
  });
});
