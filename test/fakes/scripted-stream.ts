/**
 * The coordinator's side of an agent's stream, scripted by a test. Every message is encoded and decoded, so that both
 * sides see what they would see on the wire.
 */
import type { RollcallError } from '../../shared/errors.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import type { Welcome } from '../../shared/rpc/generated/rollcall/v1/Welcome.ts';
import { assignmentToWire, nodeReportFromWire, podReportFromWire } from '../../shared/rpc/wire.ts';
import { daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import { eventually } from './eventually.ts';

export const STORE_ID = 'store-1';

/** The transport of the messages. */
export interface Link {
  send(message: ConnectResponse): void;
  /** Ends the stream normally or with an error. */
  end(error: RollcallError | null): void;
  /** Breaks the connection, and every stream on it. */
  drop(): void;
}

type Kind = NonNullable<ConnectRequest__Output['message']>;

export class ScriptedStream {
  /** All messages of the agent, in order. */
  readonly received: ConnectRequest__Output[] = [];
  /** The agent has closed its side of the stream. */
  isHalfClosed = false;
  /** The stream was cancelled or has failed. */
  isGone = false;
  readonly #link: Link;
  readonly #read = new Map<Kind, number>();
  #sequence = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  get hello() {
    return this.received[0]?.hello;
  }

  send(message: ConnectResponse): void {
    this.#link.send(message);
  }

  welcome(changes: Partial<Welcome> = {}): void {
    const settings = {
      heartbeatInterval: durationToWire(10_000),
      leaseDuration: durationToWire(40_000),
      minReportInterval: durationToWire(0),
      maxReportBytes: 1024 * 1024,
    };
    this.send({ welcome: { sessionId: 'session', storeId: STORE_ID, protocolVersion: 1, settings, ...changes } });
  }

  snapshot(revision: number, assignments: readonly Assignment[], digest = assignmentDigest(assignments)): void {
    const snapshot = { assignments: assignments.map(assignmentToWire) };
    this.send({
      assignmentUpdate: { sequence: String(++this.#sequence), revision: String(revision), digest, snapshot },
    });
  }

  /** `result` contains all assignments of the agent after the delta. */
  delta(options: {
    readonly base: number;
    readonly revision: number;
    readonly upserts?: readonly Assignment[];
    readonly removals?: readonly string[];
    readonly result: readonly Assignment[];
  }): void {
    const { base, revision, upserts = [], removals = [], result } = options;
    const delta = {
      baseRevision: String(base),
      upserts: upserts.map(assignmentToWire),
      removals: removals.map((key) => daemonSetRef(key)),
    };
    const digest = assignmentDigest(result);
    this.send({ assignmentUpdate: { sequence: String(++this.#sequence), revision: String(revision), digest, delta } });
  }

  acknowledge(sequence: number): void {
    this.send({ reportAck: { reportSequence: String(sequence) } });
  }

  end(error: RollcallError | null = null): void {
    this.#link.end(error);
  }

  drop(): void {
    this.#link.drop();
  }

  /** All messages of the kind so far. */
  all<K extends Kind>(kind: K): NonNullable<ConnectRequest__Output[K]>[] {
    return this.received.map((message) => message[kind]).filter((body) => body !== null && body !== undefined);
  }

  /** Waits for the next message of the kind that was not returned before. */
  async next<K extends Kind>(kind: K): Promise<NonNullable<ConnectRequest__Output[K]>> {
    const index = this.#read.get(kind) ?? 0;
    await eventually(() => this.all(kind).length > index);
    this.#read.set(kind, index + 1);
    return this.all(kind)[index] as NonNullable<ConnectRequest__Output[K]>;
  }

  async nextNodeReport(): Promise<NodeReport> {
    return nodeReportFromWire(await this.next('nodeReport')) as NodeReport;
  }

  async nextPodReport(): Promise<PodReport> {
    return podReportFromWire(await this.next('podReport'));
  }
}

export function assignment(name: string, changes: Partial<Assignment> = {}): Assignment {
  return {
    daemonSet: `default/${name}`,
    daemonSetUid: '',
    verdict: 'run',
    templateRevision: 'r1',
    effectiveRevision: 1,
    minReadySeconds: 0,
    surge: false,
    ...changes,
  };
}
