/**
 * A small in-process Kubernetes API server with paged lists, watches, resource versions, bookmarks, creates and
 * replaces, and with faults on demand. test/api-server compares it with a real one.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { FakeObjectStore, type StoredObject } from './fake-object-store.ts';
import { type ForwardTarget, forwardPort } from './fake-port-forward.ts';
import { FakeWatch } from './fake-watch.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

/** The response instead of the correct one. `silence` accepts the request and never responds; `cut` closes the connection. */
export type Fault =
  | 'silence'
  | 'cut'
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

const WATCH_SECONDS_MAX = 1_800;

const PATH = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/;

/** Starts a server that stops when the test ends. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const server = new FakeApiServer();
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}

export class FakeApiServer {
  readonly store = new FakeObjectStore();
  readonly requests: SeenRequest[] = [];
  /** Responses to POST requests by path, for example to a TokenReview. */
  readonly answers = new Map<string, (body: Record<string, unknown>) => object>();
  /** Targets of port-forwards by pod name. For other pods, the server does not accept a WebSocket. */
  readonly forwards = new Map<string, ForwardTarget>();
  /** Maximum number of bytes per write to a watch; unlimited by default. */
  chunkBytes = Number.POSITIVE_INFINITY;
  readonly #faults: { readonly fault: Fault; readonly concerns: (request: SeenRequest) => boolean }[] = [];
  readonly #watches = new Set<FakeWatch>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  get access(): ApiServerAccess {
    return { url: `http://127.0.0.1:${this.#port}`, credentials: async () => ({ authorization: 'Bearer fake' }) };
  }

  get openWatches(): readonly FakeWatch[] {
    return [...this.#watches];
  }

  /** Listens on a free port the first time, and on the same port again after `stop`. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => this.#upgrade(request, socket, server));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.cut();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#watches.clear();
  }

  /** Responds with this fault to the next request that `concerns` accepts. */
  fault(fault: Fault, concerns: (request: SeenRequest) => boolean = () => true): void {
    this.#faults.push({ fault, concerns });
  }

  /** Creates or changes an object, like a client with all permissions. */
  apply(collection: string, object: StoredObject): StoredObject {
    const { name, namespace = '' } = object.metadata;
    const before = this.store.get(collection, name, namespace);
    const { type, stored } = this.store.apply(collection, object);
    for (const watch of this.#watches) watch.emit(type, collection, stored, before);
    return stored;
  }

  remove(collection: string, name: string, namespace = ''): void {
    const stored = this.store.remove(collection, name, namespace);
    for (const watch of this.#watches) watch.emit('DELETED', collection, stored);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { method = 'GET', headers } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, authorization: headers.authorization };
    this.requests.push(seen);
    const index = this.#faults.findIndex(({ concerns }) => concerns(seen));
    if (index >= 0) return this.#misbehave(this.#faults.splice(index, 1)[0]?.fault ?? 'cut', request, response);
    const body = await bodyOf(request);
    const answer = this.answers.get(seen.path);
    if (method === 'POST' && answer !== undefined) return send(response, 201, answer(body));
    const match = PATH.exec(seen.path);
    if (match === null) return refuse(response, 404, 'NotFound');
    const [, group, namespace = '', resource, name] = match;
    const place = { collection: `${group}/${resource}`, namespace, name };
    if (method === 'GET' && name === undefined) this.#collection(seen, place, response);
    else if (method === 'GET') this.#object(place, response);
    else this.#write(method, place, body, response);
  }

  /** Handles an upgrade without a port-forward target like any other request. */
  #upgrade(request: IncomingMessage, socket: Socket, server: Server): void {
    const pod = /\/pods\/([^/]+)\/portforward\?/.exec(request.url ?? '')?.[1] ?? '';
    const target = this.forwards.get(pod);
    if (target !== undefined) return forwardPort(request, socket, target);
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    server.emit('request', request, response);
  }

  #misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (fault === 'silence') return;
    if (fault === 'cut') return void request.socket.destroy();
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    response.end(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? status(fault.status)));
  }

  #collection({ query }: SeenRequest, { collection, namespace }: Place, response: ServerResponse): void {
    const matches = selectorOf(query, namespace);
    if (query.get('watch') === 'true') return this.#watch(collection, query, matches, response);
    const page = this.store.page(collection, query, matches);
    if (page === 'expired') return refuse(response, 410, 'Expired');
    send(response, 200, { kind: 'List', apiVersion: 'v1', ...page });
  }

  #watch(
    collection: string,
    query: URLSearchParams,
    matches: (object: StoredObject) => boolean,
    response: ServerResponse,
  ) {
    const missed = this.store.since(collection, Number(query.get('resourceVersion')));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = new FakeWatch(response, { collection, matches, chunkBytes: this.chunkBytes });
    this.#watches.add(watch);
    const seconds = Number(query.get('timeoutSeconds') ?? WATCH_SECONDS_MAX);
    const timer = setTimeout(() => watch.end(), seconds * 1000);
    response.once('close', () => {
      clearTimeout(timer);
      this.#watches.delete(watch);
    });
    if (missed === 'expired') return watch.fail(status(410, 'Expired', 'too old resource version'));
    for (const { type, object } of missed) watch.emit(type, collection, object);
  }

  #object({ collection, name = '', namespace }: Place, response: ServerResponse): void {
    const object = this.store.get(collection, name, namespace);
    if (object === undefined) return refuse(response, 404, 'NotFound');
    send(response, 200, object);
  }

  #write(method: string, place: Place, body: Record<string, unknown>, response: ServerResponse): void {
    const { collection, namespace } = place;
    if (method === 'PATCH' || method === 'DELETE') return this.#writeExisting(method, place, body, response);
    const object = body as unknown as StoredObject;
    const before = this.store.get(collection, object.metadata.name, namespace);
    if (method === 'POST' && before !== undefined) return refuse(response, 409, 'AlreadyExists');
    const expected = object.metadata.resourceVersion;
    if (method === 'PUT' && expected !== undefined && expected !== before?.metadata.resourceVersion) {
      return refuse(response, 409, 'Conflict');
    }
    const metadata = { ...object.metadata, ...(namespace !== '' && { namespace }) };
    send(response, method === 'POST' ? 201 : 200, this.apply(collection, { ...object, metadata }));
  }

  #writeExisting(
    method: 'PATCH' | 'DELETE',
    place: Place,
    body: Record<string, unknown>,
    response: ServerResponse,
  ): void {
    const { collection, namespace, name = '' } = place;
    const before = this.store.get(collection, name, namespace);
    if (before === undefined) return refuse(response, 404, 'NotFound');
    const { uid, resourceVersion } = (body[method === 'PATCH' ? 'metadata' : 'preconditions'] ?? {}) as Partial<
      StoredObject['metadata']
    >;
    const isSame =
      (uid ?? before.metadata.uid) === before.metadata.uid &&
      (resourceVersion ?? before.metadata.resourceVersion) === before.metadata.resourceVersion;
    if (!isSame) return refuse(response, 409, 'Conflict');
    if (method === 'PATCH')
      return send(response, 200, this.apply(collection, mergePatch(before, body) as StoredObject));
    this.remove(collection, name, namespace);
    send(response, 200, before);
  }
}

interface Place {
  readonly collection: string;
  readonly namespace: string;
  readonly name: string | undefined;
}

/** The selectors that Rollcall uses: a namespace, `metadata.name=` and `spec.nodeName=`. */
function selectorOf(query: URLSearchParams, namespace: string): (object: StoredObject) => boolean {
  const [field = '', value = ''] = (query.get('fieldSelector') ?? '').split('=');
  return ({ metadata, spec }) =>
    (namespace === '' || metadata.namespace === namespace) &&
    (field !== 'metadata.name' || metadata.name === value) &&
    (field !== 'spec.nodeName' || ((spec as { nodeName?: string } | undefined)?.nodeName ?? '') === value);
}

/** RFC 7396: `null` removes a field, objects merge, everything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  send(response, code, status(code, reason));
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function status(code: number, reason = 'Fake', message = `the fake API server returned ${code}`): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code };
}
