/** The part of an API server that an idle node needs: its Node, its pods, and watches that deliver the kubelet's heartbeats. */

import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CertificateAuthority } from '../fakes/certificates.ts';

/** A kubelet updates the conditions of its node at least every five minutes; ten updates a minute are unusually many. */
const HEARTBEAT_MS = 6_000;

export class IdleApiServer {
  readonly authority: string;
  readonly #server: Server;
  readonly #nodeWatches = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;
  readonly #podCount: number;
  #version = 1;

  private constructor(server: Server, authority: string, podCount: number) {
    this.#server = server;
    this.authority = authority;
    this.#podCount = podCount;
    server.on('request', ({ url = '/' }, response: ServerResponse) => this.#answer(url, response));
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  static async start(podCount: number): Promise<IdleApiServer> {
    const authority = await CertificateAuthority.create();
    const { certificate: cert, key } = await authority.sign({ commonName: 'api', hosts: ['127.0.0.1'] });
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new IdleApiServer(server, authority.certificate, podCount);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url: string, response: ServerResponse): void {
    const isNodes = url.startsWith('/api/v1/nodes');
    response.writeHead(200, { 'content-type': 'application/json' });
    if (url.includes('watch=true')) {
      response.flushHeaders();
      if (isNodes) this.#nodeWatches.add(response);
      response.once('close', () => this.#nodeWatches.delete(response));
      return;
    }
    const items = isNodes ? [this.#node()] : Array.from({ length: this.#podCount }, (_, index) => pod(index));
    response.end(JSON.stringify({ kind: 'List', metadata: { resourceVersion: String(this.#version) }, items }));
  }

  #beat(): void {
    this.#version += 1;
    const event = `${JSON.stringify({ type: 'MODIFIED', object: this.#node() })}\n`;
    for (const watch of this.#nodeWatches) watch.write(event);
  }

  #node(): object {
    const heartbeat = new Date(this.#version * 1000).toISOString();
    const condition = (type: string) => ({ type, status: 'False', reason: 'Ok', lastHeartbeatTime: heartbeat });
    return {
      metadata: {
        name: 'n1',
        uid: 'u1',
        resourceVersion: String(this.#version),
        labels: { 'kubernetes.io/os': 'linux' },
      },
      status: {
        allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
        conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map(condition),
        images: Array.from({ length: 50 }, (_, index) => ({ names: [`registry.example.com/image-${index}@sha256:0`] })),
      },
    };
  }
}

/** Every third pod belongs to a DaemonSet. */
function pod(index: number): object {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    name: `daemon-${index}`,
    uid: `d${index}`,
    controller: true,
  };
  return {
    metadata: {
      name: `pod-${index}`,
      namespace: 'default',
      uid: `p${index}`,
      resourceVersion: '1',
      ...(index % 3 === 0 && { ownerReferences: [owner] }),
    },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '50m' } } }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
