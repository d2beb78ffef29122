/** Streams that outlive the token that opened them: when its file holds another one, the coordinator is told. */
import type { Clock } from '../../shared/clock.ts';
import type { OpenStream } from './stream.ts';

/** How often the token's file is looked at; the kubelet renews it with a fifth of its life, two minutes at least, to go. */
export const TOKEN_LOOK_MS = 30_000;

export interface RenewalOptions {
  readonly clock: Clock;
  /** The token as it is now; `null` where there is none. */
  readonly readToken: () => string | null;
}

export function renewingStreams(open: OpenStream, { clock, readToken }: RenewalOptions): OpenStream {
  return (listener) => {
    let known = readToken();
    let cancel = () => {};
    const stream = open({
      received: (message) => listener.received(message),
      ended(error) {
        cancel();
        listener.ended(error);
      },
    });
    const look = () => {
      const token = readToken();
      if (token !== null && token !== known) {
        known = token;
        stream.send({ renewal: { token } });
      }
      cancel = clock.after(TOKEN_LOOK_MS, look);
    };
    cancel = clock.after(TOKEN_LOOK_MS, look);
    return stream;
  };
}
