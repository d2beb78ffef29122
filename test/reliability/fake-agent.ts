/**
 * An agent that changes its node as fast as it is acknowledged, and notes everything that it is told. Its node's label `side` turns
 * with every report, so that every report turns decisions.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { AgentServiceClient } from '../../shared/rpc/generated/rollcall/v1/AgentService.ts';
import type { AssignmentUpdate__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentUpdate.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import type { Claims } from './claims.ts';

export class FakeAgent {
  readonly node: string;
  readonly #claims: Claims;
  readonly #instanceId: string;
  /** Over all coordinators: no two reports of a node are alike. */
  #step = 0;
  #sequence = 0;
  #stream: ClientDuplexStream<ConnectRequest, ConnectResponse__Output> | undefined;

  constructor(node: string, claims: Claims) {
    this.node = node;
    this.#claims = claims;
    this.#instanceId = `instance-of-${node}`;
  }

  connect(client: AgentServiceClient): void {
    const stream = client.connect();
    this.#stream = stream;
    stream.on('data', (message: ConnectResponse__Output) => this.#hear(message));
    // The coordinator is killed sooner or later.
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

  #hear({ welcome, assignmentUpdate, reportAck, reportRequest }: ConnectResponse__Output): void {
    if (welcome || reportRequest) this.#report();
    if (assignmentUpdate) this.#take(assignmentUpdate);
    if (reportAck && Number(reportAck.reportSequence) >= this.#sequence) {
      this.#claims.reports.add(`${this.node} ${this.#step}`);
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

  #take({ sequence, revision, snapshot, delta }: AssignmentUpdate__Output): void {
    this.#claims.revision = Math.max(this.#claims.revision, Number(revision));
    for (const { effectiveRevision, daemonSet, verdict } of snapshot?.assignments ?? delta?.upserts ?? []) {
      const key = `${daemonSet?.namespace}/${daemonSet?.name}`;
      const word = String(verdict).replace('VERDICT_', '').toLowerCase();
      this.#claims.assignments.add([effectiveRevision, this.node, key, word].join(' '));
    }
    this.#stream?.write({ assignmentAck: { sequence, appliedRevision: revision } });
  }
}
