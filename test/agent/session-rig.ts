/** A session of an agent with in-memory dependencies and a fake clock. */
import { pino } from 'pino';
import type { AgentStreamHost } from '../../agent/stream/agent-stream.ts';
import type { HeldAssignments } from '../../agent/stream/held-assignments.ts';
import { Outbox } from '../../agent/stream/outbox.ts';
import { Session } from '../../agent/stream/session.ts';
import type { RollcallError } from '../../shared/errors.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import type { ScriptedStream } from '../fakes/scripted-stream.ts';
import { MemoryLink } from './memory-link.ts';

/** A minimal agent for the session. */
class Host implements AgentStreamHost {
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

export class SessionRig {
  readonly clock = new FakeClock();
  readonly link = new MemoryLink();
  readonly host = new Host();
  readonly outbox = new Outbox();
  /** The random number that the session uses. */
  random = 0.5;
  readonly session: Session;
  readonly logged: { level: number; message: string }[] = [];

  constructor() {
    const { clock, link, host, outbox } = this;
    const log = pino(
      { level: 'debug', messageKey: 'message' },
      { write: (line) => this.logged.push(JSON.parse(line) as { level: number; message: string }) },
    );
    this.session = new Session({
      openStream: link.open,
      clock,
      random: () => this.random,
      log,
      identity: { node: { name: 'n1', uid: 'uid-1' }, instanceId: 'instance-1', agentVersion: '9.9.9', startMs: 1000 },
      host,
      outbox,
    });
  }

  get warnings(): string[] {
    return this.logged.filter(({ level }) => level >= 40).map(({ message }) => message);
  }

  /** Starts the session and sends Welcome. */
  opened(): ScriptedStream {
    this.session.start();
    this.link.stream.welcome();
    return this.link.stream;
  }

  /** The delay until the next attempt after the newest stream ends like this. */
  waitsMs(error: RollcallError | null): number {
    const before = this.link.streams.length;
    const startMs = this.clock.nowMs();
    this.link.stream.end(error);
    while (this.link.streams.length === before) this.clock.advance(1);
    return this.clock.nowMs() - startMs;
  }

  /** The next stream after the newest stream ends like this. */
  next(error: RollcallError | null): ScriptedStream {
    this.waitsMs(error);
    return this.link.stream;
  }
}

export function acks(stream: ScriptedStream): [string, string, string][] {
  return stream
    .all('assignmentAck')
    .map(({ sequence, appliedRevision, error }) => [sequence, appliedRevision, error?.message ?? 'ok']);
}

export function reports(stream: ScriptedStream): string[] {
  return stream.received.flatMap(({ nodeReport: node, podReport: pods }) => {
    if (node) return [`node ${node.reportSequence} ${node.source}`];
    return pods ? [`pods ${pods.reportSequence} ${pods.verifiedRevision}`] : [];
  });
}
