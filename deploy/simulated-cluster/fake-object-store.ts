/** The storage of a fake API server: objects, a common resource version, and recent events. */

import { ownersOf, type StoredObject } from './stored-object.ts';

export type StoredEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

interface StoredEvent {
  readonly type: StoredEventType;
  readonly collection: string;
  readonly version: number;
  readonly object: StoredObject;
}

export class FakeObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  #events: StoredEvent[] = [];
  #version = 1;
  /** Watches and pages of older versions have expired. */
  #compactedVersion = 0;

  get(collection: string, name: string, namespace = ''): StoredObject | undefined {
    return this.#objects.get(keyOf(collection, name, namespace));
  }

  apply(collection: string, object: StoredObject): { type: StoredEventType; stored: StoredObject } {
    const { name, namespace = '' } = object.metadata;
    const key = keyOf(collection, name, namespace);
    const before = this.#objects.get(key);
    const uid = object.metadata.uid ?? before?.metadata.uid ?? `uid-${name}-${this.#version}`;
    const stored = this.#record(before ? 'MODIFIED' : 'ADDED', collection, object, uid);
    this.#objects.set(key, stored);
    return { type: before ? 'MODIFIED' : 'ADDED', stored };
  }

  remove(collection: string, name: string, namespace = ''): StoredObject {
    const key = keyOf(collection, name, namespace);
    const before = this.#objects.get(key);
    if (before === undefined) throw new Error(`${key} does not exist`);
    this.#objects.delete(key);
    return this.#record('DELETED', collection, before, before.metadata.uid ?? '');
  }

  /** All objects of the collection. */
  objects(collection: string): StoredObject[] {
    return [...this.#objects].flatMap(([key, object]) => (key.startsWith(`${collection} `) ? [object] : []));
  }

  /** The objects with an owner reference to this uid. */
  dependentsOf(ownerUid: string): { collection: string; object: StoredObject }[] {
    const isOwned = (object: StoredObject) => ownersOf(object).some(({ uid }) => uid === ownerUid);
    return [...this.#objects].flatMap(([key, object]) =>
      isOwned(object) ? [{ collection: key.slice(0, key.indexOf(' ')), object }] : [],
    );
  }

  /** Removes all events so far, like etcd compaction. */
  compact(): void {
    this.#events = [];
    this.#compactedVersion = this.#version;
  }

  since(collection: string, version: number): StoredEvent[] | 'expired' {
    if (version < this.#compactedVersion) return 'expired';
    return this.#events.filter((event) => event.collection === collection && event.version > version);
  }

  /** One page of a list. The continue token contains the version of the first page. */
  page(
    collection: string,
    query: URLSearchParams,
    matches: (object: StoredObject) => boolean,
  ): { items: StoredObject[]; metadata: object } | 'expired' {
    const [version = this.#version, start = 0] = (query.get('continue') ?? '').split(':').filter(Boolean).map(Number);
    if (version < this.#compactedVersion) return 'expired';
    const found = [...this.#objects]
      .filter(([key, object]) => key.startsWith(`${collection} `) && matches(object))
      .map(([, object]) => object);
    const end = start + Number(query.get('limit') ?? found.length);
    const next = end < found.length ? { continue: `${version}:${end}` } : {};
    return { items: found.slice(start, end), metadata: { resourceVersion: String(version), ...next } };
  }

  #record(type: StoredEventType, collection: string, object: StoredObject, uid: string): StoredObject {
    this.#version++;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(this.#version) } };
    this.#events.push({ type, collection, version: this.#version, object: stored });
    return stored;
  }
}

function keyOf(collection: string, name: string, namespace: string): string {
  return `${collection} ${namespace}/${name}`;
}
