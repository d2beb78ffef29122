/** A client of the standard health service. */
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { onTestFinished } from 'vitest';

export interface Health {
  Check(
    request: { service: string },
    callback: (error: ServiceError | null, answer?: { status: string }) => void,
  ): void;
  Watch(request: { service: string }): {
    on(event: string, take: (value: { status: string }) => void): void;
    cancel(): void;
  };
  close(): void;
}

type Made<Client> = new (address: string, credentials: unknown) => Client;

export function healthClient(address: string): Health {
  const loaded = loadPackageDefinition(loadSync(protoPath, { enums: String, defaults: true })) as unknown as {
    grpc: { health: { v1: { Health: Made<Health> } } };
  };
  const client = new loaded.grpc.health.v1.Health(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

/** The status of a service (`''`: the server as a whole), or the error of the call. */
export function healthOf(health: Health, service: string): Promise<unknown> {
  return new Promise((resolve) => health.Check({ service }, (error, answer) => resolve(error ?? answer?.status)));
}
