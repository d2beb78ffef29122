/** A coordinator with `--own` that is killed between the steps of creating and deleting a pod, and the one that continues after it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../coordinator/journal/journal.ts';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { FakeApiServer, type SeenRequest } from '../../deploy/simulated-cluster/fake-api-server.ts';
import { systemClock } from '../../shared/clock.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { PROGRAMS, Running } from '../e2e/programs.ts';
import { eventually } from '../fakes/eventually.ts';
import { writeKubeconfig } from '../fakes/kubeconfig-file.ts';

const NODES = ['n1', 'n2', 'n3'] as const;
const DAEMON_SETS = '/apis/apps/v1/daemonsets';
const PODS = '/api/v1/pods';
const LEASES = '/apis/coordination.k8s.io/v1/leases';
const TEST_MS_MAX = 180_000;

const isCreation = ({ method, path }: SeenRequest) => method === 'POST' && path.endsWith('/pods');
const isDeletion = ({ method, path }: SeenRequest) => method === 'DELETE' && /\/pods\/[^/]+$/.test(path);

/** What a coordinator is in the middle of when it is killed. `fate`: what becomes of its request afterwards. */
interface Moment {
  readonly what: string;
  readonly request: typeof isCreation;
  readonly when: 'before' | 'after';
  readonly fate: 'drop' | 'continue';
}

const moments: readonly Moment[] = [
  { what: 'a creation that never arrives', request: isCreation, when: 'before', fate: 'drop' },
  { what: 'a creation that arrives after the kill', request: isCreation, when: 'before', fate: 'continue' },
  { what: 'a creation whose response is lost', request: isCreation, when: 'after', fate: 'drop' },
  { what: 'a deletion that never arrives', request: isDeletion, when: 'before', fate: 'drop' },
  { what: 'a deletion that arrives after the kill', request: isDeletion, when: 'before', fate: 'continue' },
  { what: 'a deletion whose response is lost', request: isDeletion, when: 'after', fate: 'drop' },
];

describe('a coordinator that owns DaemonSets and is killed', () => {
  it.concurrent.each(moments.map((moment) => [moment.what, moment] as const))(
    'during %s leaves no duplicate and no intent without an outcome',
    { timeout: TEST_MS_MAX },
    async (_, moment) => {
      const cluster = await startCluster();
      try {
        const first = await cluster.startCoordinator();
        if (moment.request === isDeletion) await cluster.converged();
        const held = cluster.api.hold(moment.when, moment.request);
        if (moment.request === isDeletion) cluster.relabel('n2', {});
        await held.reached;
        await first.kill('SIGKILL');
        held.release(moment.fate);
        cluster.expireLease();
        const second = await cluster.startCoordinator();
        await cluster.converged();
        await second.kill('SIGTERM');
        expect(cluster.duplicates()).toEqual([]);
        expect(await cluster.intentsWithoutOutcome()).toEqual([]);
        const settled = await cluster.settledAfterKill();
        expect(settled.length).toBeGreaterThan(0);
      } finally {
        await cluster.stop();
      }
    },
  );
});

async function startCluster() {
  const api = new FakeApiServer();
  await api.start();
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-own-'));
  const kubeconfig = writeKubeconfig(folder, api.access.url);
  const data = join(folder, 'data');
  const programs: Running[] = [];

  const relabel = (name: string, labels: object) => {
    api.apply('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {}, status: {} });
  };
  const podNodes = () =>
    api.store
      .objects(PODS)
      .flatMap(({ metadata, spec }) => (metadata['deletionTimestamp'] === undefined ? [targetOf(spec)] : []));
  const wanted = () =>
    api.store
      .objects('/api/v1/nodes')
      .flatMap(({ metadata }) => ((metadata['labels'] as { daemon?: string }).daemon === 'yes' ? [metadata.name] : []));

  for (const name of NODES) relabel(name, { daemon: 'yes' });
  api.apply(DAEMON_SETS, daemonSet());
  return {
    api,
    relabel,
    async startCoordinator(): Promise<Running> {
      const cluster = [
        '--cluster',
        'api-server',
        '--kubeconfig',
        kubeconfig,
        '--namespace',
        'default',
        '--leader-election',
      ];
      const flags = ['--plaintext', '--listen', '127.0.0.1:0', '--data', data, ...cluster, '--own'];
      const running = new Running(PROGRAMS.coordinator, flags);
      programs.push(running);
      await running.line((line) => line.includes('DaemonSet controller started'));
      return running;
    },
    /** As time does: nobody holds the Lease any more. */
    expireLease(): void {
      for (const lease of api.store.objects(LEASES)) {
        api.apply(LEASES, { ...lease, spec: { ...(lease['spec'] as object), holderIdentity: '' } });
      }
    },
    converged: () => eventually(() => JSON.stringify(podNodes().sort()) === JSON.stringify(wanted().sort())),
    duplicates: () => podNodes().filter((node, index, all) => all.indexOf(node) !== index),
    async intentsWithoutOutcome(): Promise<JournalEvent[]> {
      const writes = await writesIn(data);
      const settled = new Set(writes.map(({ cause }) => cause.revision));
      return writes.filter((event) => event.action === 'intended' && !settled.has(event.revision));
    },
    /** Outcomes that the second coordinator gave to intents of the first one. */
    async settledAfterKill(): Promise<JournalEvent[]> {
      return (await writesIn(data)).filter(({ message }) =>
        message.startsWith('the coordinator ended before the response'),
      );
    },
    async stop(): Promise<void> {
      for (const program of programs) await program.kill('SIGKILL');
      await api.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function writesIn(data: string) {
  // The shared helper registers an end of the test, which concurrent tests do not have.
  const file = join(data, 'rollcall.db');
  const onFatal = (error: Error) => {
    throw error;
  };
  const journal = await Journal.open({ file, clock: systemClock, threads: sameThread, onFatal });
  try {
    const events = await journal.events({ kinds: ['write'], limit: 1_000, oldestFirst: true });
    return events.filter((event) => event.kind === 'write');
  } finally {
    await journal.close();
  }
}

function targetOf(spec: unknown): string {
  const { affinity } = spec as {
    affinity: { nodeAffinity: Record<string, { nodeSelectorTerms: { matchFields: { values: string[] }[] }[] }> };
  };
  const required = affinity.nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'];
  return required?.nodeSelectorTerms[0]?.matchFields[0]?.values[0] ?? '';
}

function daemonSet() {
  const labels = { app: 'agent' };
  const spec = { nodeSelector: { daemon: 'yes' }, containers: [{ name: 'daemon', image: 'example.org/daemon:1' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', generation: 1 },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    status: {},
  };
}
