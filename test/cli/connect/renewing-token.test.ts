/** A token that is renewed before it expires. */
import { expect, test } from 'vitest';
import { RenewingToken } from '../../../cli/connect/renewing-token.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const LIFE_MS = 3_600_000;

function tokens() {
  const clock = new FakeClock();
  const state = { count: 0, isAway: false };
  const token = new RenewingToken(async () => {
    if (state.isAway) throw new Error('no API server');
    return { text: `token ${++state.count}`, lifeMs: LIFE_MS };
  }, clock);
  return { clock, state, token };
}

test('a token is used for most of its lifetime, and concurrent callers share one renewal', async () => {
  const { clock, token } = tokens();
  expect(await token.current()).toBe('token 1');
  clock.advance(LIFE_MS * 0.8 - 1);
  expect(await token.current()).toBe('token 1');
  clock.advance(1);
  expect(await Promise.all([token.current(), token.current()])).toEqual(['token 2', 'token 2']);
});

test('a token that cannot be renewed is used until it expires, then the error is reported', async () => {
  const { clock, state, token } = tokens();
  await token.current();
  state.isAway = true;
  clock.advance(LIFE_MS - 1);
  expect([await token.current(), token.problem]).toEqual(['token 1', null]);
  clock.advance(1);
  await expect(token.current()).rejects.toThrow('no API server');
  expect(token.problem).toBe('no API server');
  state.isAway = false;
  expect([await token.current(), token.problem]).toEqual(['token 2', null]);
});
