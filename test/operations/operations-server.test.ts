/** The operations port over real HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../shared/logging.ts';
import { MetricRegistry } from '../../shared/operations/metric-registry.ts';
import { startOperationsServer } from '../../shared/operations/operations-server.ts';
import { Readiness } from '../../shared/operations/readiness.ts';

const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
const loopback = (port: number) => ({ host: '127.0.0.1', port });

describe('the operations port', () => {
  let readiness: Readiness;
  let metrics: MetricRegistry;
  let address: string;

  beforeEach(async () => {
    readiness = new Readiness();
    metrics = new MetricRegistry({ room_bytes: { type: 'gauge', labels: [], help: 'room' } });
    const server = await startOperationsServer({ listen: loopback(0), readiness, metrics, log });
    address = `http://127.0.0.1:${server.port}`;
    onTestFinished(() => server.stop());
  });

  async function get(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
    const response = await fetch(`${address}${path}`, { method });
    return { status: response.status, text: await response.text() };
  }

  it('is alive whether or not it is ready', async () => {
    readiness.block('start', 'starting');
    expect(await get('/livez')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('is ready, or returns all reasons', async () => {
    let isFull = true;
    readiness.block('start', 'starting');
    readiness.addCheck(() => (isFull ? 'the disk is full' : null));
    expect(await get('/readyz')).toEqual({ status: 503, text: 'starting\nthe disk is full\n' });
    readiness.clear('start');
    expect(await get('/readyz')).toEqual({ status: 503, text: 'the disk is full\n' });
    isFull = false;
    expect(await get('/readyz?verbose')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('serves metrics and returns an error if one cannot be read', async () => {
    metrics.readValue('room_bytes', () => 7);
    expect(await get('/metrics')).toMatchObject({ status: 200, text: expect.stringContaining('room_bytes 7') });
    metrics.readValue('room_bytes', () => Promise.reject(new Error('no such volume')));
    expect((await get('/metrics')).status).toBe(500);
  });

  it('refuses other methods and paths', async () => {
    expect((await get('/livez', 'POST')).status).toBe(405);
    expect((await get('/debug')).status).toBe(404);
  });
});

it('names the setting to change when its port is in use', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const metrics = new MetricRegistry({});
  await expect(
    startOperationsServer({ listen: loopback(port), readiness: new Readiness(), metrics, log }),
  ).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the address is in use; choose another`);
});
