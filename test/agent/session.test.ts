/** Messages of the agent's session: Hello, assignments and reports. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import { assignment, STORE_ID } from '../fakes/scripted-stream.ts';
import { nodeReport, podReport } from './reports.ts';
import { acks, reports, SessionRig } from './session-rig.ts';

const UNREACHABLE = new RollcallError('COORDINATOR_UNREACHABLE', 'connection refused');
const a = assignment('a');
const b = assignment('b', { effectiveRevision: 2 });

describe('a session', () => {
  let rig: SessionRig;

  beforeEach(() => {
    rig = new SessionRig();
  });

  describe('sends Hello', () => {
    it('with its node, its instance, its versions and, at first, no cursor', () => {
      rig.session.start();
      expect(rig.link.stream.hello).toMatchObject({
        node: { name: 'n1', uid: 'uid-1' },
        instanceId: 'instance-1',
        agentVersion: '9.9.9',
        minProtocolVersion: 1,
        maxProtocolVersion: 1,
        cursor: null,
        startTime: { seconds: '1' },
      });
    });

    it('with the cursor of its assignments on each later stream', () => {
      rig.opened().snapshot(7, [a]);
      const { hello } = rig.next(null);
      expect(hello?.cursor).toEqual({ storeId: STORE_ID, revision: '7', digest: assignmentDigest([a]) });
    });

    it('and sends no other message before Welcome', () => {
      rig.outbox.putNode(nodeReport());
      rig.session.start();
      rig.session.reportsChanged();
      rig.clock.advance(14_000);
      expect(rig.link.stream.received).toHaveLength(1);
    });

    it('and gives up if the coordinator does not respond', () => {
      rig.session.start();
      rig.clock.advance(15_000);
      expect(rig.link.stream.isGone).toBe(true);
      expect(rig.warnings).toEqual([expect.stringContaining('did not respond to Hello')]);
      rig.clock.advance(1_000);
      expect(rig.link.streams).toHaveLength(2);
    });
  });

  describe('applies assignments', () => {
    it('from a snapshot and deltas, and acknowledges each after persisting it', () => {
      const stream = rig.opened();
      stream.snapshot(5, [a]);
      expect(rig.host.names).toEqual(['a']);
      stream.delta({ base: 5, revision: 9, upserts: [b], result: [a, b] });
      stream.delta({ base: 9, revision: 12, removals: ['default/a'], result: [b] });
      expect(rig.host.names).toEqual(['b']);
      expect(rig.host.events).toEqual(['keep 5', 'changed', 'keep 9', 'changed', 'keep 12', 'changed']);
      expect(acks(stream)).toEqual([
        ['1', '5', 'ok'],
        ['2', '9', 'ok'],
        ['3', '12', 'ok'],
      ]);
    });

    it('but refuses a delta for another base revision and keeps its assignments', () => {
      const stream = rig.opened();
      stream.snapshot(5, [a]);
      stream.delta({ base: 6, revision: 9, upserts: [b], result: [a, b] });
      expect(acks(stream)[1]).toEqual(['2', '5', 'the delta applies to revision 6, but the agent is at revision 5']);
      expect(rig.host.names).toEqual(['a']);
      stream.snapshot(9, [a, b]);
      expect(acks(stream)[2]).toEqual(['3', '9', 'ok']);
      expect(rig.host.names).toEqual(['a', 'b']);
    });

    it('but refuses an update with a wrong digest', () => {
      const stream = rig.opened();
      stream.snapshot(5, [a]);
      stream.delta({ base: 5, revision: 9, upserts: [b], result: [b] });
      stream.snapshot(9, [a, b], assignmentDigest([a]));
      expect(acks(stream).map(([, revision]) => revision)).toEqual(['5', '5', '5']);
      expect(acks(stream)[2]?.[2]).toMatch(/^the digest of the 2 assignments is [0-9a-f]{12}, expected [0-9a-f]{12}$/);
      expect(rig.host.names).toEqual(['a']);
    });

    it('but refuses a delta without assignments, an empty update, and an unknown verdict', () => {
      const stream = rig.opened();
      stream.delta({ base: 0, revision: 1, result: [] });
      stream.send({ assignmentUpdate: { sequence: '2', revision: '1' } });
      const unknown = { daemonSet: { namespace: 'x', name: 'y' }, verdict: 'VERDICT_NONE' as const };
      stream.send({ assignmentUpdate: { sequence: '3', revision: '1', snapshot: { assignments: [unknown] } } });
      expect(acks(stream)).toEqual([
        ['1', '0', 'the delta applies to revision 0, but the agent has no assignments'],
        ['2', '0', 'the update contains neither a snapshot nor a delta'],
        ['3', '0', 'the assignment of x/y has the unknown verdict VERDICT_NONE'],
      ]);
      expect(rig.host.events).toEqual([]);
    });

    it('but refuses a delta of another store', () => {
      rig.opened().snapshot(5, [a]);
      const stream = rig.next(null);
      stream.welcome({ storeId: 'store-2' });
      stream.delta({ base: 5, revision: 6, upserts: [b], result: [a, b] });
      expect(acks(stream)[0]?.[2]).toBe(
        'the delta applies to store store-2, but the agent has assignments of store store-1',
      );
      stream.snapshot(2, []);
      expect(rig.host.held).toMatchObject({ storeId: 'store-2', revision: 2 });
    });

    it('from an empty snapshot', () => {
      const stream = rig.opened();
      stream.snapshot(3, []);
      expect(acks(stream)).toEqual([['1', '3', 'ok']]);
      expect(rig.host.held?.assignments.size).toBe(0);
    });
  });

  describe('sends reports', () => {
    it('in the order of their sequence numbers, and only the newest of each kind', () => {
      rig.session.start();
      rig.outbox.putPods(podReport(1));
      rig.outbox.putNode(nodeReport('old'));
      rig.outbox.putNode(nodeReport('new'));
      rig.link.stream.welcome();
      expect(reports(rig.link.stream)).toEqual(['pods 1 1', 'node 2 new']);
    });

    it('again after a reconnect, with the same sequence number and the original time', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport('file', 12_345));
      rig.session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 file']);
      const second = rig.next(UNREACHABLE);
      expect(reports(second)).toEqual([]);
      second.welcome();
      expect(reports(second)).toEqual(['node 1 file']);
      expect(second.all('nodeReport')[0]?.observeTime).toEqual({ seconds: '12', nanos: 345_000_000 });
    });

    it('never with a lower sequence number than before', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport('first'));
      rig.session.reportsChanged();
      rig.outbox.putPods(podReport(1));
      rig.outbox.putNode(nodeReport('second'));
      rig.session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 first', 'pods 2 1']);
      const second = rig.next(UNREACHABLE);
      second.welcome();
      expect(reports(second)).toEqual(['pods 2 1', 'node 3 second']);
    });

    it('not again after ReportAck or Welcome confirmed that they are durable', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.outbox.putPods(podReport(1));
      rig.session.reportsChanged();
      stream.acknowledge(1);
      const second = rig.next(UNREACHABLE);
      second.welcome({ lastReportSequence: '2' });
      expect(reports(second)).toEqual([]);
    });

    it('only one of each kind at a time', () => {
      const stream = rig.opened();
      for (let revision = 1; revision <= 50; revision++) {
        rig.outbox.putPods(podReport(revision));
        rig.session.reportsChanged();
      }
      expect(reports(stream)).toEqual(['pods 1 1']);
      stream.acknowledge(1);
      expect(reports(stream)).toEqual(['pods 1 1', 'pods 2 50']);
    });

    it('not faster than the settings allow, and merges changes in between', () => {
      rig.session.start();
      rig.link.stream.welcome({ settings: { minReportInterval: durationToWire(1000) } });
      for (let revision = 1; revision <= 5; revision++) {
        rig.outbox.putPods(podReport(revision));
        rig.session.reportsChanged();
        rig.link.stream.acknowledge(revision);
        rig.clock.advance(100);
      }
      expect(reports(rig.link.stream)).toEqual(['pods 1 1']);
      rig.clock.advance(500);
      expect(reports(rig.link.stream)).toEqual(['pods 1 1', 'pods 2 5']);
    });

    it('not larger than the settings allow, and logs that once', () => {
      rig.session.start();
      rig.link.stream.welcome({ settings: { maxReportBytes: 40 } });
      rig.outbox.putNode(nodeReport('x'.repeat(100)));
      rig.session.reportsChanged();
      rig.session.reportsChanged();
      expect(reports(rig.link.stream)).toEqual([]);
      expect(rig.warnings).toEqual([expect.stringContaining('exceeds the maximum size')]);
    });

    it('again when they are requested, even if a previous one was not acknowledged', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport('first'));
      rig.session.reportsChanged();
      rig.host.reportsRequested = () => rig.outbox.putNode(nodeReport('full'));
      stream.send({ reportRequest: {} });
      expect(reports(stream)).toEqual(['node 1 first', 'node 2 full']);
    });

    it('again when the coordinator lost acknowledged reports', () => {
      const stream = rig.opened();
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      stream.acknowledge(1);
      rig.next(null).welcome({ lastReportSequence: '1' });
      expect(rig.host.events).toEqual([]);
      rig.next(null).welcome({ lastReportSequence: '0' });
      expect(rig.host.events).toEqual(['requested']);
    });

    it('even after an acknowledgement of a report that was not sent', () => {
      const stream = rig.opened();
      stream.acknowledge(99);
      rig.outbox.putNode(nodeReport());
      rig.session.reportsChanged();
      expect(reports(stream)).toEqual(['node 1 file']);
      rig.next(UNREACHABLE).welcome();
      expect(reports(rig.link.stream)).toEqual(['node 1 file']);
    });
  });
});
