/** Streams that outlive their token: when the token file changes, the new token is sent to the coordinator. */
import type { Clock } from '../../shared/clock.ts';
import type { OpenStream } from './stream.ts';

/** Interval of checks of the token file. The kubelet renews a token at least two minutes before it expires. */
export const TOKEN_CHECK_INTERVAL_MS = 30_000;

export interface RenewalOptions {
  readonly clock: Clock;
  /** Returns the current token; `null` if there is none. */
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
    const check = () => {
      const token = readToken();
      if (token !== null && token !== known) {
        known = token;
        stream.send({ renewal: { token } });
      }
      cancel = clock.after(TOKEN_CHECK_INTERVAL_MS, check);
    };
    cancel = clock.after(TOKEN_CHECK_INTERVAL_MS, check);
    return stream;
  };
}
