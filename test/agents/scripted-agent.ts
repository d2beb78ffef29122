/** A scripted agent over real gRPC. By default it acknowledges updates. */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { driftToWire, nodeFactsToWire, podHealthToWire } from '../../shared/rpc/wire.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { facts } from '../evaluation/world.ts';
import { eventually } from '../fakes/eventually.ts';
import type { RunningCoordinator } from '../server/running-coordinator.ts';

export class SpokenAgent {
  readonly #node: string;
  readonly #running: RunningCoordinator;
  readonly #call: ClientDuplexStream<ConnectRequest, ConnectResponse__Output>;
  #sequence = 0;
  #acknowledged = 0;
  #heldRevision = 0;
  #answers = true;

  constructor(running: RunningCoordinator, node: string) {
    this.#node = node;
    this.#running = running;
    this.#call = running.agents.Connect();
    this.#call.on('data', (message: ConnectResponse__Output) => this.#take(message));
    this.#call.on('error', () => {});
    this.#call.write({
      hello: { node: { name: node }, instanceId: `of ${node}`, minProtocolVersion: 1, maxProtocolVersion: 1 },
    });
    onTestFinished(() => this.#call.cancel());
  }

  /** Resolves when it has durably acknowledged the newest assignments. */
  async settled(): Promise<void> {
    const { sessions, journal } = this.#running.coordinator;
    await eventually(() => sessions.hasAcknowledged(this.#node));
    await journal.durable(journal.nextRevision - 1);
  }

  async reportLabels(labels: Record<string, string>): Promise<void> {
    const report = { facts: nodeFactsToWire(facts(this.#node, labels)), source: 'node', ...this.#numbered() };
    await this.#say({ nodeReport: report });
  }

  async applyPodReport(pods: readonly PodHealth[], drifts: readonly Omit<Drift, 'node'>[] = []): Promise<void> {
    const told = drifts.map((drift) => driftToWire({ ...drift, node: this.#node }));
    const verifiedRevision = String(this.#heldRevision);
    await this.#say({
      podReport: { pods: pods.map(podHealthToWire), drifts: told, verifiedRevision, ...this.#numbered() },
    });
  }

  /** Acknowledges no more updates. */
  stopAcknowledging(): void {
    this.#answers = false;
  }

  leave(): void {
    this.#call.end();
  }

  #numbered() {
    return { reportSequence: String(++this.#sequence), observeTime: timeToWire(this.#running.clock.nowMs()) };
  }

  async #say(message: ConnectRequest): Promise<void> {
    this.#call.write(message);
    const sequence = this.#sequence;
    await eventually(() => this.#acknowledged >= sequence);
  }

  #take({ reportAck, assignmentUpdate }: ConnectResponse__Output): void {
    if (reportAck) this.#acknowledged = Number(reportAck.reportSequence);
    if (!assignmentUpdate || !this.#answers) return;
    this.#heldRevision = Number(assignmentUpdate.revision);
    const { sequence, revision } = assignmentUpdate;
    this.#call.write({ assignmentAck: { sequence, appliedRevision: revision } });
  }
}
