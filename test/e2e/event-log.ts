/** All events of a coordinator from the first one on, so that a test cannot miss one. */
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';

export class EventLog {
  readonly events: Event__Output[] = [];
  readonly #client: QueryServiceClient;
  readonly #stream: ClientReadableStream<WatchEventsResponse__Output>;
  readonly #waiting = new Set<() => void>();

  constructor(server: string) {
    this.#client = new QueryService(server, credentials.createInsecure());
    this.#stream = this.#client.watchEvents({ afterRevision: '0' });
    this.#stream.on('data', ({ event }: WatchEventsResponse__Output) => {
      if (event) this.events.push(event);
      for (const wake of this.#waiting) wake();
    });
    // A test that kills the coordinator ends the stream. The received events remain.
    this.#stream.on('error', () => {});
  }

  /** The first event after revision `after` that matches. */
  next(matches: (event: Event__Output) => boolean, after = 0): Promise<Event__Output> {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.events.find((event) => Number(event.revision) > after && matches(event));
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  get newestRevision(): number {
    return Number(this.events.at(-1)?.revision ?? 0);
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
