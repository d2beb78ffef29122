/**
 * A small in-process Kubernetes API server with paged lists, watches, resource versions, bookmarks, writes, subresources, graceful
 * deletion and garbage collection, and with faults on demand. test/api-server compares it with a real one.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { FakeObjectStore } from './fake-object-store.ts';
import { type ForwardTarget, forwardPort } from './fake-port-forward.ts';
import { FakeWatch } from './fake-watch.ts';
import { bound, conflictOf, created, ended, isFinished, replaced, withoutOwner } from './object-rules.ts';
import type { StoredObject } from './stored-object.ts';

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

const PATH =
  /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+)(?:\/(status|binding))?)?$/;

export class FakeApiServer {
  readonly store = new FakeObjectStore();
  readonly requests: SeenRequest[] = [];
  /** Responses to POST requests by path, for example to a TokenReview. */
  readonly answers = new Map<string, (body: Record<string, unknown>) => object>();
  /** Targets of port-forwards by pod name. For other pods, the server does not accept a WebSocket. */
  readonly forwards = new Map<string, ForwardTarget>();
  /** Maximum number of bytes per write to a watch; unlimited by default. */
  chunkBytes = Number.POSITIVE_INFINITY;
  readonly #holds: Hold[] = [];
  readonly #faults: LastingFault[] = [];
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

  /** Responds with this fault to every request that `concerns` accepts, until the returned function is called. */
  faultAlways(fault: Fault, concerns: (request: SeenRequest) => boolean): () => void {
    const lasting = { fault, concerns, isLasting: true };
    this.#faults.push(lasting);
    return () => void this.#faults.splice(this.#faults.indexOf(lasting), 1);
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

  /**
   * Holds the next request that `concerns` accepts: `before` it is applied, or its response `after` it was applied. `reached` resolves
   * when the request is held; `release` continues with it, or drops it.
   */
  hold(when: 'before' | 'after', concerns: (request: SeenRequest) => boolean): HeldRequest {
    const [reached, reach] = signal<void>();
    const [released, release] = signal<'continue' | 'drop'>();
    this.#holds.push({ when, concerns, reach, released });
    return { reached, release };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { method = 'GET', headers } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, authorization: headers.authorization };
    this.requests.push(seen);
    const index = this.#faults.findIndex(({ concerns }) => concerns(seen));
    const found = this.#faults[index];
    if (found !== undefined) {
      if (found.isLasting !== true) this.#faults.splice(index, 1);
      return this.#misbehave(found.fault, request, response);
    }
    const body = await bodyOf(request);
    const held = this.#held(seen);
    if (held?.when === 'before' && (await wait(held)) === 'drop') return;
    if (held?.when === 'after') deferEnd(response, held);
    this.#respond(seen, body, response);
  }

  #held(seen: SeenRequest): Hold | undefined {
    const index = this.#holds.findIndex(({ concerns }) => concerns(seen));
    return index < 0 ? undefined : this.#holds.splice(index, 1)[0];
  }

  #respond(seen: SeenRequest, body: Record<string, unknown>, response: ServerResponse): void {
    const { method } = seen;
    const answer = this.answers.get(seen.path);
    if (method === 'POST' && answer !== undefined) return send(response, 201, answer(body));
    const match = PATH.exec(seen.path);
    if (match === null) return refuse(response, 404, 'NotFound');
    const [, group, namespace = '', resource, name, subresource] = match;
    const place = { collection: `${group}/${resource}`, namespace, name, subresource };
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
    const { collection, namespace, name = '', subresource } = place;
    if (method === 'POST' && subresource === undefined) return this.#create(place, body, response);
    const before = this.store.get(collection, name, namespace);
    if (before === undefined) return refuse(response, 404, 'NotFound');
    const conflict = conflictOf(method, before, body);
    if (conflict !== null) return refuse(response, conflict, conflict === 409 ? 'Conflict' : 'Invalid');
    if (method === 'DELETE') return this.#delete(place, before, body, response);
    if (subresource === 'binding') {
      this.apply(collection, bound(before, body));
      return send(response, 201, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
    }
    const wanted = method === 'PATCH' ? (mergePatch(before, body) as StoredObject) : (body as unknown as StoredObject);
    const changed = replaced(collection, before, wanted, subresource);
    if (isFinished(changed)) {
      this.remove(collection, name, namespace);
      return send(response, 200, changed);
    }
    send(response, 200, this.apply(collection, changed));
  }

  #create({ collection, namespace }: Place, body: Record<string, unknown>, response: ServerResponse): void {
    const object = created(collection, namespace, body as unknown as StoredObject);
    const { name } = object.metadata;
    if (this.store.get(collection, name, namespace) !== undefined) return refuse(response, 409, 'AlreadyExists');
    send(response, 201, this.apply(collection, object));
  }

  #delete(place: Place, before: StoredObject, body: Record<string, unknown>, response: ServerResponse): void {
    const { collection, namespace, name = '' } = place;
    const ending = ended(collection, before, body);
    if (ending !== null) return send(response, 200, this.apply(collection, ending));
    this.remove(collection, name, namespace);
    this.#collectGarbage(before, body['propagationPolicy'] === 'Orphan');
    send(response, 200, before);
  }

  /** As the garbage collector: deletes the dependents of a deleted object, or takes its owner reference from them. */
  #collectGarbage(owner: StoredObject, isOrphaning: boolean): void {
    for (const { collection, object } of this.store.dependentsOf(owner.metadata.uid ?? '')) {
      const { name, namespace = '' } = object.metadata;
      if (isOrphaning) this.apply(collection, withoutOwner(object, owner.metadata.uid ?? ''));
      else {
        const ending = ended(collection, object, {});
        if (ending === null) this.remove(collection, name, namespace);
        else this.apply(collection, ending);
      }
    }
  }
}

/** A request that is held. */
export interface HeldRequest {
  readonly reached: Promise<void>;
  readonly release: (how: 'continue' | 'drop') => void;
}

interface LastingFault {
  readonly fault: Fault;
  readonly concerns: (request: SeenRequest) => boolean;
  /** Whether it stays after the first request. */
  readonly isLasting?: boolean;
}

interface Hold {
  readonly when: 'before' | 'after';
  readonly concerns: (request: SeenRequest) => boolean;
  readonly reach: () => void;
  readonly released: Promise<'continue' | 'drop'>;
}

function signal<Value>(): [promise: Promise<Value>, resolve: (value: Value) => void] {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((resolver) => (resolve = resolver));
  return [promise, resolve];
}

function wait({ reach, released }: Hold): Promise<'continue' | 'drop'> {
  reach();
  return released;
}

/** Sends the response when the hold is released. */
function deferEnd(response: ServerResponse, hold: Hold): void {
  const end = response.end.bind(response);
  response.end = ((text: string) => {
    void wait(hold).then((how) => (how === 'continue' ? end(text) : response.destroy()));
    return response;
  }) as typeof response.end;
}

interface Place {
  readonly collection: string;
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** The selectors that Rollcall uses: a namespace, `metadata.name=`, `spec.nodeName=`, and labels with `=`. */
function selectorOf(query: URLSearchParams, namespace: string): (object: StoredObject) => boolean {
  const [field = '', value = ''] = (query.get('fieldSelector') ?? '').split('=');
  const labels = (query.get('labelSelector') ?? '')
    .split(',')
    .filter(Boolean)
    .map((one) => one.split('='));
  return ({ metadata, spec }) =>
    (namespace === '' || metadata.namespace === namespace) &&
    (field !== 'metadata.name' || metadata.name === value) &&
    (field !== 'spec.nodeName' || ((spec as { nodeName?: string } | undefined)?.nodeName ?? '') === value) &&
    labels.every(([key = '', wanted]) => (metadata['labels'] as Record<string, string> | undefined)?.[key] === wanted);
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
