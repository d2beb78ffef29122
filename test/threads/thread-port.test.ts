/** Calls to a service in a thread: long answers, bytes, errors, and the end of the thread. */
import { expect, onTestFinished, test } from 'vitest';
import { ROLLCALL_ERRORS } from '../../coordinator/history/rollcall-errors.ts';
import { JOURNAL_ERRORS } from '../../coordinator/journal/base/journal-error.ts';
import { type Port, threadPort } from '../../coordinator/threads/thread-port.ts';
import { RollcallError } from '../../shared/errors.ts';

interface Service {
  numbers(count: number): number[];
  bytes(count: number): Promise<Uint8Array>;
  hold(): Promise<string>;
  release(): void;
  refuse(): Promise<never>;
  refuseInJournal(): never;
  fail(): never;
  end(): never;
}

const METHODS = ['numbers', 'bytes', 'hold', 'release', 'refuse', 'refuseInJournal', 'fail', 'end'] as const;

function started(): Port<Service> {
  const port = threadPort<Service>(new URL('./service.mjs', import.meta.url), METHODS, [
    JOURNAL_ERRORS,
    ROLLCALL_ERRORS,
  ]);
  onTestFinished(() => port.terminate());
  return port;
}

test('a long answer arrives complete, and bytes arrive as bytes', async () => {
  const port = started();
  expect(await port.numbers(2_500)).toEqual(Array.from({ length: 2_500 }, (_, index) => index));
  expect(await port.numbers(0)).toEqual([]);
  for (const count of [0, 100, 100_000]) expect(Buffer.from(await port.bytes(count))).toEqual(Buffer.alloc(count, 7));
});

test('a call that takes long does not delay the calls after it', async () => {
  const port = started();
  const held = port.hold();
  expect(await port.numbers(1)).toEqual([0]);
  await port.release();
  expect(await held).toBe('released');
});

test('expected errors keep their class and data, and other errors keep their stack', async () => {
  const port = started();
  const refusal = await port.refuse().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RollcallError);
  expect(refusal).toMatchObject({ reason: 'UNKNOWN_NODE', metadata: { name: 'n9' }, retryAfterMs: 5 });
  await expect(port.refuseInJournal()).rejects.toMatchObject({
    name: 'JournalError',
    reason: 'before-retention',
    horizon: { revision: 7, recordedMs: 8 },
  });
  await expect(port.fail()).rejects.toMatchObject({ message: 'a bug', stack: expect.stringContaining('service.mjs') });
});

test('a thread that ends rejects pending and later calls, and reports that it has ended', async () => {
  const port = started();
  const held = port.hold();
  expect(port.hasEnded()).toBe(false);
  await expect(Promise.all([held, port.end()])).rejects.toThrow('ended (exit code 3)');
  expect(port.hasEnded()).toBe(true);
  await expect(port.numbers(1)).rejects.toThrow('ended (exit code 3)');
});
