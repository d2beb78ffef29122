/** An open watch of a fake API server, with events and faults on demand. */
import type { ServerResponse } from 'node:http';
import type { StoredEventType } from './fake-object-store.ts';
import type { StoredObject } from './stored-object.ts';

interface FakeWatchOptions {
  readonly collection: string;
  readonly matches: (object: StoredObject) => boolean;
  readonly chunkBytes: number;
}

export class FakeWatch {
  readonly #response: ServerResponse;
  readonly #options: FakeWatchOptions;
  /** If true, nothing is sent, like on a connection whose peer disappeared without closing it. */
  silent = false;

  constructor(response: ServerResponse, options: FakeWatchOptions) {
    this.#response = response;
    this.#options = options;
  }

  get collection(): string {
    return this.#options.collection;
  }

  /** `before` is the previous state. An object that no longer matches the selector is deleted for the watcher. */
  emit(type: StoredEventType, collection: string, object: StoredObject, before?: StoredObject): void {
    const { collection: watched, matches } = this.#options;
    if (collection !== watched) return;
    if (matches(object)) this.#send({ type, object });
    else if (before !== undefined && matches(before)) this.#send({ type: 'DELETED', object });
  }

  bookmark(resourceVersion: string): void {
    this.#send({ type: 'BOOKMARK', object: { kind: 'Bookmark', metadata: { resourceVersion } } });
  }

  /** Sends an ERROR event and ends the watch. */
  fail(status: object): void {
    this.#send({ type: 'ERROR', object: status });
    this.#response.end();
  }

  /** Ends the watch normally, as after `timeoutSeconds`. */
  end(): void {
    this.#response.end();
  }

  /** Breaks the connection in the middle of a line. */
  cutMidLine(): void {
    this.#response.write('{"type":"MODIFIED","object":{"meta', () => this.#response.destroy());
  }

  sendRaw(text: string): void {
    this.#response.write(text);
  }

  #send(event: object): void {
    if (this.silent) return;
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
    const step = Math.min(this.#options.chunkBytes, bytes.length);
    for (let start = 0; start < bytes.length; start += step) this.#response.write(bytes.subarray(start, start + step));
  }
}
