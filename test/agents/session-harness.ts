/** Evaluation and sessions with an in-memory journal whose durability the test controls, and scripted agents. */

import type { AgentSession } from '../../coordinator/agents/agent-session.ts';
import { AgentSessions } from '../../coordinator/agents/agent-sessions.ts';
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { Evaluator } from '../../coordinator/evaluation/evaluator.ts';
import type { Denial } from '../../coordinator/identity/denials.ts';
import type { JournalState } from '../../coordinator/journal/read/journal-state.ts';
import { sessionEvaluation } from '../../coordinator/wiring.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { createLogger } from '../../shared/logging.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import type { AssignmentUpdate__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentUpdate.ts';
import type { ConnectRequest, ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { Hello } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { assignmentFromWire, nodeFactsToWire } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { daemonSet, facts } from '../evaluation/world.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryRecorder } from '../fakes/memory-recorder.ts';
import { MemoryStream } from '../fakes/memory-stream.ts';
import { naiveState } from '../journal/naive-state.ts';

export const LEASE_MS = 40_000;
export const GRACE_MS = 60_000;
export const KEY = 'default/a';

const REQUEST = messageCodec('rollcall.v1.ConnectRequest');

interface SessionHarnessOptions {
  readonly clock?: FakeClock;
  readonly hasInventory?: boolean;
  readonly events?: readonly JournalEvent[];
  readonly storeId?: string;
}

export class SessionHarness {
  readonly clock: FakeClock;
  readonly recorder: MemoryRecorder;
  readonly counters = new Counters();
  readonly evaluator: Evaluator;
  readonly sessions: AgentSessions;
  readonly denials: Denial[] = [];
  readonly #hasInventory: boolean;

  constructor({
    clock = new FakeClock(),
    hasInventory = true,
    events = [],
    storeId = 'store-1',
  }: SessionHarnessOptions = {}) {
    this.clock = clock;
    this.#hasInventory = hasInventory;
    const recorder = new MemoryRecorder({ clock, events, storeId });
    const counters = this.counters;
    const evaluator: Evaluator = new Evaluator({
      recorder,
      clock,
      counters,
      hasInventory,
      isPresent: (node) => sessions.isPresent(node),
      listener: {
        nodesChanged: (names) => sessions.nodesChanged(names),
        nodeRemoved: (name) => sessions.nodeRemoved(name),
      },
    });
    let sessionCount = 0;
    const sessions: AgentSessions = new AgentSessions({
      journal: recorder,
      evaluation: sessionEvaluation(evaluator),
      clock,
      counters,
      denied: (denial) => this.denials.push(denial),
      log: createLogger({ program: 'test', level: 'silent', format: 'json' }),
      random: () => 0.5,
      randomId: () => `session-${++sessionCount}`,
      version: 'test',
      leaseMs: LEASE_MS,
      heartbeatMs: 10_000,
      startGraceMs: GRACE_MS,
    });
    this.recorder = recorder;
    this.evaluator = evaluator;
    this.sessions = sessions;
    const state = naiveState(events) as JournalState;
    sessions.restore(state);
    evaluator.start(state);
  }

  /** Nodes `n1` and `n2` in the inventory and one DaemonSet that runs on all nodes, all durable. */
  static wired(): SessionHarness {
    const harness = new SessionHarness();
    harness.applyNode(facts('n1'));
    harness.applyNode(facts('n2'));
    harness.applyDaemonSet(KEY);
    harness.commit();
    return harness;
  }

  /** Starts another coordinator from the durable state, optionally with another store identifier. */
  restart(storeId = 'store-1'): SessionHarness {
    return new SessionHarness({
      clock: this.clock,
      hasInventory: this.#hasInventory,
      events: this.recorder.durableEvents,
      storeId,
    });
  }

  /** Makes all rows durable and notifies the sessions. */
  commit(): void {
    this.recorder.commit();
    this.sessions.journalAdvanced();
  }

  applyNode(node: NodeFacts): void {
    this.evaluator.nodeApplied({ facts: node, source: 'nodes.yaml', actor: 'nodes.yaml' });
  }

  applyDaemonSet(key: string, spec = {}, image = 'v1'): void {
    const object = daemonSet(key, spec, { image });
    this.evaluator.daemonSetApplied({ key, daemonSet: object, source: 'a.yaml:1', actor: 'a.yaml', warnings: [] });
  }

  /** The actions of the agent rows, in order. */
  agentRows(node = 'n1'): string[] {
    return this.recorder.all('agent').flatMap((row) => (row.node === node ? row.action : []));
  }

  connect(node = 'n1', hello: Partial<Hello> = {}): TestAgent {
    return new TestAgent(this, node, hello);
  }

  /** Returns the error of a refused Hello. */
  refusal(node: string, hello: Partial<Hello> = {}): RollcallError {
    try {
      this.connect(node, hello);
    } catch (error) {
      if (error instanceof RollcallError) return error;
      throw error;
    }
    throw new Error('the Hello was accepted');
  }
}

/** An agent that is controlled by the test. */
export class TestAgent {
  readonly stream = new MemoryStream();
  readonly session: AgentSession;
  readonly held = new Map<string, Assignment>();
  heldRevision = 0;
  readonly #node: string;
  #sequence = 0;

  constructor({ sessions, clock }: SessionHarness, node: string, hello: Partial<Hello>) {
    this.#node = node;
    const { hello: decoded } = throughWire({
      hello: {
        node: { name: node },
        instanceId: `${node}-instance`,
        agentVersion: 'test',
        minProtocolVersion: 1,
        maxProtocolVersion: 1,
        startTime: timeToWire(clock.nowMs()),
        ...hello,
      },
    });
    if (!decoded) throw new Error('no hello');
    // As in the gRPC service, the rate limit comes first.
    sessions.checkRate();
    this.session = sessions.open(decoded, this.stream);
    // As in the gRPC service, the end of a stream is reported immediately.
    this.stream.onEnd = () => sessions.closed(this.session, 'the stream ended');
  }

  say(message: ConnectRequest): void {
    this.session.receive(throughWire(message));
  }

  get updates(): AssignmentUpdate__Output[] {
    return this.stream.all('assignmentUpdate');
  }

  get newest(): AssignmentUpdate__Output {
    const update = this.updates.at(-1);
    if (update === undefined) throw new Error('no update was sent');
    return update;
  }

  /** Applies and acknowledges the newest update and verifies its digest. */
  acknowledge(): void {
    const { sequence, revision, digest, snapshot, delta } = this.newest;
    if (snapshot) this.held.clear();
    if (delta && Number(delta.baseRevision) !== this.heldRevision) throw new Error(`a delta for ${delta.baseRevision}`);
    for (const removal of delta?.removals ?? []) this.held.delete(daemonSetKey(removal));
    for (const wire of snapshot?.assignments ?? delta?.upserts ?? []) {
      const assignment = assignmentFromWire(wire);
      if (assignment) this.held.set(assignment.daemonSet, assignment);
    }
    if (!assignmentDigest(this.held.values()).equals(digest)) throw new Error('the digest is another');
    this.heldRevision = Number(revision);
    this.say({ assignmentAck: { sequence, appliedRevision: revision } });
  }

  refuse(message = 'no'): void {
    this.say({ assignmentAck: { sequence: this.newest.sequence, appliedRevision: '0', error: { code: 9, message } } });
  }

  get cursor() {
    const digest = assignmentDigest(this.held.values());
    return { storeId: 'store-1', revision: String(this.heldRevision), digest };
  }

  reportNode(labels: Record<string, string> = {}, sequence = ++this.#sequence): number {
    const wire = nodeFactsToWire(facts(this.#node, labels));
    const observeTime = timeToWire(1_700_000_000_000);
    this.say({ nodeReport: { reportSequence: String(sequence), observeTime, facts: wire, source: 'n.yaml' } });
    return sequence;
  }

  /** The sequence numbers of the acknowledged reports. */
  get acks(): number[] {
    return this.stream.all('reportAck').map(({ reportSequence }) => Number(reportSequence));
  }
}

function throughWire(message: ConnectRequest): ConnectRequest__Output {
  return REQUEST.deserialize(REQUEST.serialize(message));
}
