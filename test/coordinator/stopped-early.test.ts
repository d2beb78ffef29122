/** A coordinator that is stopped before its sources are synced. */
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { writeKubeconfig } from '../fakes/kubeconfig-file.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { startUnlessStopped } from './start-with.ts';

/** An API server that accepts connections and never answers. `connected` resolves on the first connection. */
async function silentServer(): Promise<{ port: number; connected: Promise<void> }> {
  let resolveConnected = () => {};
  const connected = new Promise<void>((resolve) => (resolveConnected = resolve));
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    resolveConnected();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, connected };
}

test('stops cleanly while the API server has not answered yet', async () => {
  const folder = temporaryFolder();
  const { port, connected } = await silentServer();
  const settings = {
    data: join(folder, 'data'),
    cluster: 'api-server',
    kubeconfig: writeKubeconfig(folder, `https://127.0.0.1:${port}`),
    startGraceMs: 0,
    reflection: false,
  } as const;
  expect(await startUnlessStopped(settings, systemClock, connected)).toBeNull();
  // SQLite removes the write-ahead log when the journal is closed.
  expect(existsSync(join(folder, 'data/rollcall.db'))).toBe(true);
  expect(existsSync(join(folder, 'data/rollcall.db-wal'))).toBe(false);
});
