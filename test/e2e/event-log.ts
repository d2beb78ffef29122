/** Everything that a coordinator has recorded and records, from the first row on, so that no test can come too late. */
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
    // A coordinator that is killed on purpose ends the stream; what was seen stays.
    this.#stream.on('error', () => {});
  }

  /** The first row after `after` that fits. */
  next(fits: (event: Event__Output) => boolean, after = 0): Promise<Event__Output> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events.find((event) => Number(event.revision) > after && fits(event));
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
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
