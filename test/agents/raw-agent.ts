/** A stream of an agent over real gRPC that sends only what a test specifies. */
import { type ClientDuplexStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import type { RollcallError } from '../../shared/errors.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import type { ConnectRequest } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { eventually } from '../fakes/eventually.ts';
import type { RunningCoordinator } from '../server/running-coordinator.ts';

const { Connect } = AgentService.service;

/** A stream that can also send invalid messages. */
export class RawAgent {
  readonly call: ClientDuplexStream<ConnectRequest | Buffer, ConnectResponse__Output>;
  readonly received: ConnectResponse__Output[] = [];
  /** How the stream ended: `null` for OK, `undefined` while it is open. */
  end: RollcallError | null | undefined;

  constructor({ agents }: Pick<RunningCoordinator, 'agents'>, metadata = new Metadata()) {
    const serialize = (message: ConnectRequest | Buffer) =>
      Buffer.isBuffer(message) ? message : Connect.requestSerialize(message);
    this.call = agents.makeBidiStreamRequest(Connect.path, serialize, Connect.responseDeserialize, metadata);
    this.call.on('data', (message: ConnectResponse__Output) => this.received.push(message));
    this.call.on('error', (error: ServiceError) => (this.end = fromServiceError(error, 'INTERNAL')));
    this.call.on('end', () => (this.end ??= null));
    onTestFinished(() => this.call.cancel());
  }

  hello(node = 'n1', instanceId = 'i1'): this {
    this.call.write({ hello: { node: { name: node }, instanceId, minProtocolVersion: 1, maxProtocolVersion: 1 } });
    return this;
  }

  async until(kind: string): Promise<void> {
    await eventually(() => this.received.some(({ message }) => message === kind));
  }

  async ended(): Promise<RollcallError | null> {
    await eventually(() => this.end !== undefined);
    return this.end ?? null;
  }
}
