/** A port of this machine that leads to a port of a pod, through the API server, as `kubectl port-forward` makes one. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { wordsOf } from '../../shared/api-server/api-server-error.ts';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface PortForwarding {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** What went wrong with the newest stream to the pod, one sentence; `null` once the pod has said a word. */
  problem(): string | null;
  close(): void;
}

/**
 * Every connection to it is a stream of its own, to the pod that `find` finds for it.
 * @param find throws a RollcallError where there is none
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
      heard: () => (problem = null),
      brokenOff(why: string) {
        problem = why;
        socket.destroy();
      },
    };
    find().then(
      (target) => connectToPod(forward, target, socket, ends),
      (error: Error) => ends.brokenOff(error.message),
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
  /** The pod has said a word. */
  heard(): void;
  /** Takes the connection down; `why` is a sentence. */
  brokenOff(why: string): void;
}

async function connectToPod(forward: Forward, target: PodPort, socket: Socket, ends: Ends): Promise<void> {
  const { namespace, pod, port } = target;
  const noWay = (why: string) => ends.brokenOff(`no way leads to port ${port} of pod ${namespace}/${pod}: ${why}`);
  // The library listens for what is sent only once it is connected; what comes earlier waits here.
  const sent = new PassThrough();
  socket.pipe(sent);
  const received = new PassThrough();
  received.once('data', () => ends.heard());
  received.pipe(socket);
  const complaints = new Writable({
    // The number of the port comes first, of which the library leaves nothing.
    write(bytes: Buffer, _encoding, done) {
      if (bytes.length > 0) noWay(wordsOf(bytes.toString('utf8')));
      done();
    },
  });
  try {
    const webSocket = await forward.portForward(namespace, pod, [port], received, complaints, sent);
    if (typeof webSocket === 'function') return;
    webSocket.onclose = () => {
      if (received.readableDidRead || socket.destroyed) received.end();
      else noWay('the API server ended the port-forward before the pod had said anything');
    };
    webSocket.onerror = () => socket.destroy();
    if (socket.destroyed) webSocket.close();
    else socket.once('close', () => webSocket.close());
  } catch (thrown) {
    ends.brokenOff(describe(thrown, target));
  }
}

/** The library throws what its WebSocket told it, which is no Error. */
function describe(thrown: unknown, { namespace, pod }: PodPort): string {
  const { message } = thrown as { readonly message?: unknown };
  const why = typeof message === 'string' && message !== '' ? message : String(thrown);
  const remedy = why.endsWith(' 403') ? `; it takes get and create of pods/portforward in namespace ${namespace}` : '';
  return `the API server gave no way to pod ${namespace}/${pod}: ${why}${remedy}`;
}
