/** A port of this machine that leads to a port of a pod, through the API server, as `kubectl port-forward` makes one. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface Tunnel {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** What went wrong with the newest stream to the pod, one sentence; `null` where nothing did. */
  problem(): string | null;
  close(): void;
}

/** Every connection to it is a stream of its own to the pod. */
export async function openTunnel(config: KubeConfig, target: PodPort): Promise<Tunnel> {
  const { PortForward } = await import('@kubernetes/client-node');
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  let problem: string | null = null;
  const listener = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    connectToPod(forward, target, socket).catch((error: unknown) => {
      problem = describe(error, target);
      socket.destroy();
    });
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

async function connectToPod(forward: Forward, { namespace, pod, port }: PodPort, socket: Socket): Promise<void> {
  // The library listens for what is sent only once it is connected; what comes earlier waits here.
  const sent = new PassThrough();
  socket.pipe(sent);
  const webSocket = await forward.portForward(namespace, pod, [port], socket, null, sent);
  if (typeof webSocket === 'function') return;
  webSocket.onclose = () => socket.end();
  webSocket.onerror = () => socket.destroy();
  socket.once('close', () => webSocket.close());
}

/** The library throws what its WebSocket told it, which is no Error. */
function describe(thrown: unknown, { namespace, pod }: PodPort): string {
  const { message } = thrown as { readonly message?: unknown };
  const why = typeof message === 'string' && message !== '' ? message : String(thrown);
  const remedy = why.endsWith(' 403') ? `; it takes get and create of pods/portforward in namespace ${namespace}` : '';
  return `the API server gave no way to pod ${namespace}/${pod}: ${why}${remedy}`;
}
