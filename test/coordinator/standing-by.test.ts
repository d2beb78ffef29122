/** A coordinator that stands by reports through /readyz what it waits for. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../shared/logging.ts';
import { until } from '../api-server/until.ts';
import { eventually } from '../fakes/eventually.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { writeKubeconfig } from '../fakes/kubeconfig-file.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { startUnlessStopped } from './start-with.ts';

const PATIENCE_MS = 10_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/rollcall/leases';

test('reports that it may not read the Lease, and becomes ready once it may', async () => {
  const api = await startFakeApiServer();
  const forbidden = 'leases.coordination.k8s.io "rollcall-coordinator" is forbidden';
  api.fault({ status: 403, body: { message: forbidden } }, ({ path }) => path.startsWith(LEASES));
  const folder = temporaryFolder();
  const settings = {
    data: join(folder, 'data'),
    operationsListen: { host: '127.0.0.1', port: 0 },
    cluster: 'api-server',
    kubeconfig: writeKubeconfig(folder, api.access.url),
    leaderElection: true,
    startGraceMs: 0,
    reflection: false,
  } as const;
  let resolvePort = (_: number) => {};
  const operationsPort = new Promise<number>((resolve) => (resolvePort = resolve));
  const write = (line: string) => {
    const { message, port } = JSON.parse(line) as { message: string; port?: number };
    if (message === 'listening on the operations port' && port !== undefined) resolvePort(port);
  };
  const log = createLogger({ program: 'test', level: 'info', format: 'json', destination: { write } });
  const clock = new FakeClock();
  const starting = startUnlessStopped(settings, clock, new Promise(() => {}), { log });

  const port = await operationsPort;
  const says = async (text: string): Promise<boolean> => {
    clock.advance(0);
    return (await (await fetch(`http://127.0.0.1:${port}/readyz`)).text()) === `${text}\n`;
  };
  const denied = `the API server returned 403 for GET ${LEASES}/rollcall-coordinator: ${forbidden}`;
  await until('/readyz reports the missing right', PATIENCE_MS, () =>
    says(`standing by: failed to acquire the Lease: ${denied}`),
  );
  clock.advance(5_000);
  await until('the coordinator is ready', PATIENCE_MS, () => says('ok'));
  const coordinator = await starting;
  expect(coordinator?.operationsPort).toBe(port);
  let isStopped = false;
  void coordinator?.stop().then(() => (isStopped = true));
  await eventually(
    () => isStopped,
    () => clock.advance(50),
  );
});
