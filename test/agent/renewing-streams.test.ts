/** A renewed token is sent once on the open stream. */
import { expect, test } from 'vitest';
import { renewingStreams, TOKEN_CHECK_INTERVAL_MS } from '../../agent/stream/renewing-streams.ts';
import type { ConnectRequest, StreamListener } from '../../agent/stream/stream.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

function openOne() {
  const clock = new FakeClock();
  const file = { token: 'first' as string | null };
  const sent: ConnectRequest[] = [];
  const line: { listener?: StreamListener } = {};
  const open = renewingStreams(
    (listener) => {
      line.listener = listener;
      return { send: (message) => sent.push(message), end: () => {}, cancel: () => {} };
    },
    { clock, readToken: () => file.token },
  );
  const ended: unknown[] = [];
  open({ received: () => {}, ended: (error) => ended.push(error) });
  return { clock, file, sent, line, ended };
}

test('sends a new token at the next check, and the old token never again', () => {
  const { clock, file, sent } = openOne();
  clock.advance(5 * TOKEN_CHECK_INTERVAL_MS);
  expect(sent).toEqual([]);
  file.token = 'second';
  clock.advance(5 * TOKEN_CHECK_INTERVAL_MS);
  expect(sent).toEqual([{ renewal: { token: 'second' } }]);
});

test('ignores a file that is temporarily unreadable', () => {
  const { clock, file, sent } = openOne();
  file.token = null;
  clock.advance(TOKEN_CHECK_INTERVAL_MS);
  file.token = 'first';
  clock.advance(TOKEN_CHECK_INTERVAL_MS);
  expect(sent).toEqual([]);
});

test('stops the checks when the stream ends', () => {
  const { clock, line, ended } = openOne();
  line.listener?.ended(null);
  expect(ended).toEqual([null]);
  expect(clock.pendingCount).toBe(0);
});
