/** The standard gRPC services: health and reflection. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../fakes/eventually.ts';
import { healthClient, healthOf } from './health-client.ts';
import { startTestCoordinator } from './running-coordinator.ts';

interface Reflection {
  ServerReflectionInfo(): {
    on(event: string, take: (answer: { listServicesResponse: { service: { name: string }[] } }) => void): void;
    write(request: object): void;
    end(): void;
  };
  close(): void;
}

type Made<Client> = new (address: string, credentials: unknown) => Client;

function reflectionClient(address: string): Reflection {
  const folder = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'));
  const loaded = loadPackageDefinition(
    loadSync(join(folder, 'build/proto/grpc/reflection/v1/reflection.proto')),
  ) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: Made<Reflection> } } };
  };
  const client = new loaded.grpc.reflection.v1.ServerReflection(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

test('health reports the server and each service, and NOT_SERVING to watchers when the coordinator stops', async () => {
  const running = await startTestCoordinator();
  const health = healthClient(running.address);
  for (const service of ['', 'rollcall.v1.AgentService', 'rollcall.v1.QueryService', 'rollcall.v1.AdminService']) {
    expect(await healthOf(health, service)).toBe('SERVING');
  }
  const statuses: string[] = [];
  const watch = health.Watch({ service: '' });
  watch.on('data', ({ status }) => statuses.push(status));
  watch.on('error', () => {});
  await eventually(() => statuses.length === 1);
  const stopping = running.stop();
  await eventually(() => statuses.length === 2);
  expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
  watch.cancel();
  await stopping;
});

test('reflection lists the services', async () => {
  const running = await startTestCoordinator();
  const stream = reflectionClient(running.address).ServerReflectionInfo();
  const names: string[] = [];
  stream.on('data', ({ listServicesResponse }) => names.push(...listServicesResponse.service.map(({ name }) => name)));
  stream.write({ listServices: '' });
  await eventually(() => names.length > 0);
  stream.end();
  expect(names).toEqual(
    expect.arrayContaining(['rollcall.v1.AgentService', 'rollcall.v1.QueryService', 'rollcall.v1.AdminService']),
  );
});
