/** Starts the fake API server for a test. */
import { onTestFinished } from 'vitest';
import { FakeApiServer } from '../../deploy/simulated-cluster/fake-api-server.ts';

export { FakeApiServer } from '../../deploy/simulated-cluster/fake-api-server.ts';

/** Starts a server that stops when the test ends. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const server = new FakeApiServer();
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}
