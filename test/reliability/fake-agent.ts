/**
 * An agent that reports a changed node after each acknowledgement, and records everything that it receives. Every report changes
 * the label `side` of the node, so that every report changes decisions.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { AgentServiceClient } from '../../shared/rpc/generated/rollcall/v1/AgentService.ts';
import type { AssignmentUpdate__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentUpdate.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import type { ExternalObservations } from './external-observations.ts';

export class FakeAgent {
  readonly node: string;
  readonly #observed: ExternalObservations;
  readonly #instanceId: string;
  /** Continues over restarts of the coordinator, so that no two reports of a node are equal. */
  #step = 0;
  #sequence = 0;
  #stream: ClientDuplexStream<ConnectRequest, ConnectResponse__Output> | undefined;

  constructor(node: string, observed: ExternalObservations) {
    this.node = node;
    this.#observed = observed;
    this.#instanceId = `instance-of-${node}`;
  }

  connect(client: AgentServiceClient): void {
    const stream = client.connect();
    this.#stream = stream;
    stream.on('data', (message: ConnectResponse__Output) => this.#receive(message));
    // The test kills the coordinator.
    stream.on('error', () => {});
    stream.write({
      hello: {
        node: { name: this.node },
        instanceId: this.#instanceId,
        minProtocolVersion: 1,
        maxProtocolVersion: 1,
      },
    });
  }

  disconnect(): void {
    this.#stream?.cancel();
    this.#stream = undefined;
  }

  #receive({ welcome, assignmentUpdate, reportAck, reportRequest }: ConnectResponse__Output): void {
    if (welcome || reportRequest) this.#report();
    if (assignmentUpdate) this.#apply(assignmentUpdate);
    if (reportAck && Number(reportAck.reportSequence) >= this.#sequence) {
      this.#observed.reports.add(`${this.node} ${this.#step}`);
      this.#report();
    }
  }

  #report(): void {
    this.#step += 1;
    this.#sequence += 1;
    const labels = { side: this.#step % 2 === 0 ? 'left' : 'right', step: String(this.#step) };
    this.#stream?.write({
      nodeReport: { reportSequence: String(this.#sequence), facts: { node: { name: this.node }, labels } },
    });
  }

  #apply({ sequence, revision, snapshot, delta }: AssignmentUpdate__Output): void {
    this.#observed.revision = Math.max(this.#observed.revision, Number(revision));
    for (const { effectiveRevision, daemonSet, verdict } of snapshot?.assignments ?? delta?.upserts ?? []) {
      const key = `${daemonSet?.namespace}/${daemonSet?.name}`;
      const word = String(verdict).replace('VERDICT_', '').toLowerCase();
      this.#observed.assignments.add([effectiveRevision, this.node, key, word].join(' '));
    }
    this.#stream?.write({ assignmentAck: { sequence, appliedRevision: revision } });
  }
}
