/** A source over a fake API server, with helpers that make its objects. */
import { onTestFinished } from 'vitest';
import { ApiServerSource } from '../../coordinator/cluster/api-server-source.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { createLogger } from '../../shared/logging.ts';
import { eventually } from '../fakes/eventually.ts';
import { type FakeApiServer, startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { RecordingListener } from './recording-listener.ts';

export const NODES = '/api/v1/nodes';
export const DAEMON_SETS = '/apis/apps/v1/daemonsets';
export const REVISIONS = '/apis/apps/v1/controllerrevisions';

export const template = (image: string, extra = {}) => ({
  metadata: { creationTimestamp: null, labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image, resources: {} }], ...extra },
});

interface Metadata {
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly uid?: string;
  readonly deletionTimestamp?: string;
}

export function daemonSet(image: string, changes: Metadata = {}) {
  const { generation = 1, observedGeneration = generation, ...metadata } = changes;
  return {
    metadata: { namespace: 'default', name: 'a', uid: 'uid-a', generation, ...metadata },
    spec: { selector: { matchLabels: { app: 'a' } }, template: template(image) },
    status: { observedGeneration },
  };
}

export function revision(hash: string, image: string, number: number, uid = 'uid-a') {
  return {
    metadata: {
      namespace: 'default',
      name: `a-${hash}`,
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'a', uid, controller: true }],
    },
    data: { spec: { template: { $patch: 'replace', ...template(image) } } },
    revision: number,
  };
}

export interface Site {
  readonly server: FakeApiServer;
  readonly clock: FakeClock;
  readonly listener: RecordingListener;
  readonly source: ApiServerSource;
}

export async function site(fill: (server: FakeApiServer) => void = () => {}): Promise<Site> {
  const server = await startFakeApiServer();
  fill(server);
  const clock = new FakeClock();
  const reader = new ApiServerReader({ access: server.access, clock, userAgent: 'rollcall-test' });
  const listener = new RecordingListener();
  const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
  const source = new ApiServerSource({ reader, clock, random: () => 0.5, log });
  onTestFinished(() => {
    source.close();
    reader.close();
  });
  return { server, clock, listener, source };
}

/** Synced once, with all watches open; the changes until then are discarded. */
export async function synced(fill: (server: FakeApiServer) => void = () => {}): Promise<Site> {
  const made = await site(fill);
  made.source.start(made.listener);
  await eventually(() => made.listener.unreadPaths !== undefined && made.server.openWatches.length === 4);
  made.listener.take();
  return made;
}

export const withRevision = (server: FakeApiServer) => {
  server.apply(DAEMON_SETS, daemonSet('a:1'));
  server.apply(REVISIONS, revision('hash1', 'a:1', 1));
};

/** Resolves when every change until now has been emitted, by waiting for one that comes after it. */
export async function heard({ server, listener }: Site): Promise<string[]> {
  const name = `marker-${server.requests.length}-${listener.nodes.size}`;
  server.apply(NODES, { metadata: { name } });
  await eventually(() => listener.nodes.has(name));
  return listener.take().filter((line) => line !== `node applied ${name}`);
}
