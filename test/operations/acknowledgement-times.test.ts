/** The time until agents acknowledge decisions, computed from rows. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AcknowledgementTimes } from '../../coordinator/operations/acknowledgement-times.ts';
import type { AgentEvent, AssignmentEvent, JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { CAUSE, decision } from '../journal/events.ts';

const NODE = 'node-1';

describe('the time from a decision to its acknowledgement', () => {
  let times: AcknowledgementTimes;
  let revision: number;

  beforeEach(() => {
    times = new AcknowledgementTimes();
    revision = 0;
  });

  const rows = (...events: NewEvent[]): JournalEvent[] =>
    events.map((event) => ({ ...event, revision: ++revision, recordedMs: event.occurredMs }));
  const decided = (occurredMs: number) => decision({ node: NODE, occurredMs, from: null, to: 'run' });

  it('is the difference between the two', () => {
    times.take(rows(agent('connected')));
    times.take(rows(decided(1_000)));
    expect(times.take(rows(acknowledged(3_500, 2)))).toEqual([2.5]);
  });

  it('counts the oldest decision of an update and keeps later decisions', () => {
    times.take(rows(agent('connected'), decided(1_000), decided(2_000), decided(3_000)));
    expect(times.take(rows(acknowledged(5_000, 3)))).toEqual([4]);
    expect(times.take(rows(acknowledged(6_000, 4)))).toEqual([3]);
  });

  it('ignores agents that were not connected at the decision', () => {
    expect(times.take(rows(decided(1_000), agent('connected'), acknowledged(9_000, 1)))).toEqual([]);
    times.take(rows(decided(10_000), agent('disconnected'), agent('connected')));
    expect(times.take(rows(acknowledged(20_000, 6)))).toEqual([]);
  });

  it('ignores decisions without an assignment', () => {
    times.take(rows(agent('connected'), decision({ node: NODE, from: null, to: 'none' })));
    expect(times.take(rows(acknowledged(9_000, 2)))).toEqual([]);
  });
});

function agent(action: AgentEvent['action']): AgentEvent {
  return {
    kind: 'agent',
    action,
    occurredMs: 0,
    cause: CAUSE,
    node: NODE,
    sessionId: 's',
    instanceId: 'i',
    agentVersion: '1',
    peerAddress: '',
    lastSeenMs: 0,
    detail: '',
  };
}

function acknowledged(occurredMs: number, assignmentRevision: number): AssignmentEvent {
  return {
    kind: 'assignment',
    action: 'acknowledged',
    occurredMs,
    cause: CAUSE,
    node: NODE,
    assignmentRevision,
    digest: '',
    instanceId: 'i',
    detail: '',
  };
}
