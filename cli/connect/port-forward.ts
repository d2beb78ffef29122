/** Forwards a local port to a pod through the API server, as `kubectl port-forward` does. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { messageOf } from '../../shared/api-server/api-server-error.ts';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface PortForwarding {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** The error of the newest stream to the pod, in one sentence; `null` once the pod has sent data. */
  problem(): string | null;
  close(): void;
}

/**
 * Opens one stream for each connection, to the pod that `find` returns.
 * @param find throws a RollcallError if there is no pod
 */
export async function openPortForward(config: KubeConfig, find: () => Promise<PodPort>): Promise<PortForwarding> {
  const { PortForward } = await import('@kubernetes/client-node');
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  let problem: string | null = null;
  const listener = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const ends = {
      onData: () => (problem = null),
      fail(why: string) {
        problem = why;
        socket.destroy();
      },
    };
    find().then(
      (target) => connectToPod(forward, target, socket, ends),
      (error: Error) => ends.fail(error.message),
    );
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  return {
    server: `127.0.0.1:${port}`,
    problem: () => problem,
    close() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}

type Forward = InstanceType<typeof import('@kubernetes/client-node').PortForward>;

interface Ends {
  /** The pod has sent data. */
  onData(): void;
  /** Closes the connection; `why` is a sentence. */
  fail(why: string): void;
}

async function connectToPod(forward: Forward, target: PodPort, socket: Socket, ends: Ends): Promise<void> {
  const { namespace, pod, port } = target;
  const fail = (why: string) => ends.fail(`cannot forward to port ${port} of pod ${namespace}/${pod}: ${why}`);
  // The library reads only after it has connected. Buffer what arrives earlier.
  const sent = new PassThrough();
  socket.pipe(sent);
  const received = new PassThrough();
  received.once('data', () => ends.onData());
  received.pipe(socket);
  const errors = new Writable({
    // The first message is the port number, which the library reduces to zero bytes.
    write(bytes: Buffer, _encoding, done) {
      if (bytes.length > 0) fail(messageOf(bytes.toString('utf8')));
      done();
    },
  });
  try {
    const webSocket = await forward.portForward(namespace, pod, [port], received, errors, sent);
    if (typeof webSocket === 'function') return;
    webSocket.onclose = () => {
      if (received.readableDidRead || socket.destroyed) received.end();
      else fail('the API server closed the port-forward before the pod sent data');
    };
    webSocket.onerror = () => socket.destroy();
    if (socket.destroyed) webSocket.close();
    else socket.once('close', () => webSocket.close());
  } catch (thrown) {
    ends.fail(describe(thrown, target));
  }
}

/** The library throws the event of its WebSocket, which is not an Error. */
function describe(thrown: unknown, { namespace, pod }: PodPort): string {
  const { message } = thrown as { readonly message?: unknown };
  const why = typeof message === 'string' && message !== '' ? message : String(thrown);
  const remedy = why.endsWith(' 403')
    ? `; you need the verbs get and create on pods/portforward in namespace ${namespace}`
    : '';
  return `the API server refused to forward to pod ${namespace}/${pod}: ${why}${remedy}`;
}
