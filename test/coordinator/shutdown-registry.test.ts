/** The shutdown registry: order, failures, and parts that come or go while it stops. */
import { expect, test } from 'vitest';
import { ShutdownRegistry } from '../../coordinator/shutdown-registry.ts';

function registryOf(...names: string[]) {
  const registry = new ShutdownRegistry();
  const ended: string[] = [];
  const register = (name: string) => registry.register(name, () => void ended.push(name));
  const unregister = Object.fromEntries(names.map((name) => [name, register(name)]));
  return { registry, ended, register, unregister };
}

test('ends every part in reverse order of registration', async () => {
  const { registry, ended } = registryOf('journal', 'sessions', 'server');
  await registry.stop();
  expect(ended).toEqual(['server', 'sessions', 'journal']);
});

test('ends a part only after the one before it has ended', async () => {
  const { registry, ended } = registryOf('journal');
  let finishServer = () => {};
  registry.register('server', () => new Promise<void>((resolve) => (finishServer = resolve)));
  const stopping = registry.stop();
  await Promise.resolve();
  expect(ended).toEqual([]);
  finishServer();
  await stopping;
  expect(ended).toEqual(['journal']);
});

test('ends every part exactly once when it is stopped twice', async () => {
  const { registry, ended } = registryOf('journal');
  await Promise.all([registry.stop(), registry.stop()]);
  await registry.stop();
  expect(ended).toEqual(['journal']);
});

test('does not end a part that was removed', async () => {
  const { registry, ended, unregister } = registryOf('journal', 'watch', 'server');
  unregister['watch']?.();
  unregister['watch']?.();
  await registry.stop();
  expect(ended).toEqual(['server', 'journal']);
});

test('lets a part remove another one while it stops', async () => {
  const { registry, ended, unregister } = registryOf('journal', 'watch');
  registry.register('server', () => unregister['watch']?.());
  await registry.stop();
  expect(ended).toEqual(['journal']);
});

test('ends the other parts when one fails, and throws its error', async () => {
  const { registry, ended } = registryOf('journal');
  const error = new Error('disk full');
  registry.register('maintenance', () => Promise.reject(error));
  registry.register('server', () => {
    ended.push('server');
  });
  await expect(registry.stop()).rejects.toBe(error);
  expect(ended).toEqual(['server', 'journal']);
});

test('names every part that failed when several fail', async () => {
  const registry = new ShutdownRegistry();
  const connectionLost = new Error('connection lost');
  const diskFull = new Error('disk full');
  registry.register('journal', () => Promise.reject(diskFull));
  registry.register('lease', () => {
    throw connectionLost;
  });
  const failure: unknown = await registry.stop().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AggregateError);
  expect(failure).toMatchObject({
    errors: [connectionLost, diskFull],
    message: '2 parts failed to stop: lease: connection lost; journal: disk full',
  });
});

test('ends a part that registers during the stop next, and one that registers after it immediately', async () => {
  const { registry, ended, register } = registryOf('journal');
  registry.register('server', () => void register('watch'));
  await registry.stop();
  expect(ended).toEqual(['watch', 'journal']);
  register('late watch');
  expect(ended).toEqual(['watch', 'journal', 'late watch']);
});
