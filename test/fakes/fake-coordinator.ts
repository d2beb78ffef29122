/** A real gRPC server for agents whose responses are scripted by a test. */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import type { RollcallError } from '../../shared/errors.ts';
import { SERVER_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import type { ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { eventually } from './eventually.ts';
import { ScriptedStream } from './scripted-stream.ts';

/** Without channelz, grpc-js 1.14 does not track its sessions, and `forceShutdown` leaves connections open. */
const OPTIONS = { ...SERVER_OPTIONS, 'grpc.enable_channelz': 1 };

export class FakeCoordinator {
  readonly #server: Server;
  readonly #streams: ScriptedStream[] = [];
  #taken = 0;
  #port = 0;
  /** While set, every stream fails with this error. */
  refusal: RollcallError | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on loopback. Pass `port` to restart a coordinator on the same port. */
  static async start(port = 0): Promise<FakeCoordinator> {
    const server = new Server(OPTIONS);
    const coordinator = new FakeCoordinator(server);
    server.addService(AgentService.service, { Connect: (call: Call) => coordinator.#accept(call) });
    coordinator.#port = await new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return coordinator;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get streamCount(): number {
    return this.#streams.length;
  }

  /** Waits for the next stream on which the agent has sent a Hello. */
  async nextStream(): Promise<ScriptedStream> {
    const index = this.#taken++;
    await eventually(() => this.#streams[index]?.hello !== undefined);
    return this.#streams[index] as ScriptedStream;
  }

  /** Closes all connections and stops listening immediately, like a crash. */
  stop(): void {
    this.#server.forceShutdown();
  }

  #accept(call: Call): void {
    if (this.refusal !== null) {
      call.emit('error', toStatus(this.refusal));
      return;
    }
    const stream = new ScriptedStream({
      send: (message) => void call.write(message),
      end: (error) => (error === null ? call.end() : call.emit('error', toStatus(error))),
      drop: () => this.#server.drain(this.address, 0),
    });
    this.#streams.push(stream);
    call.on('data', (message: ConnectRequest__Output) => stream.received.push(message));
    call.on('end', () => (stream.isHalfClosed = true));
    call.on('cancelled', () => (stream.isGone = true));
    call.on('error', () => (stream.isGone = true));
  }
}

type Call = ServerDuplexStream<ConnectRequest__Output, ConnectResponse>;
