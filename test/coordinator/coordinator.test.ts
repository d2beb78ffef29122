/** A coordinator with a data folder and a folder of manifests: start, restart, stop, and errors at the start. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { oneThread } from '../../coordinator/coordinator-threads.ts';
import type { Coordinator } from '../../coordinator/lifecycle.ts';
import type { CoordinatorSettings } from '../../coordinator/settings.ts';
import { RollcallError } from '../../shared/errors.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import { daemonSet } from '../evaluation/world.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { writingTo } from '../fakes/fillable-disk.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { ask, Query } from '../server/running-coordinator.ts';
import { startWith } from './start-with.ts';

class Site {
  readonly folder = temporaryFolder();
  readonly clock = new FakeClock();

  constructor() {
    mkdirSync(join(this.folder, 'daemonsets'));
    writeFileSync(join(this.folder, 'daemonsets/a.json'), JSON.stringify(daemonSet('default/a')));
    writeFileSync(join(this.folder, 'nodes.yaml'), 'apiVersion: v1\nkind: Node\nmetadata: { name: n1 }\n');
  }

  start(changes: Partial<CoordinatorSettings> = {}, threads = oneThread): Promise<Coordinator> {
    const settings = {
      data: join(this.folder, 'data'),
      daemonsets: join(this.folder, 'daemonsets'),
      nodes: join(this.folder, 'nodes.yaml'),
      ...changes,
    };
    return this.#driven(startWith(settings, this.clock, threads));
  }

  stop(coordinator: Coordinator): Promise<void> {
    return this.#driven(coordinator.stop());
  }

  /** The error with which it fails to start. */
  async refusal(changes: Partial<CoordinatorSettings>): Promise<RollcallError> {
    try {
      await this.stop(await this.start(changes));
    } catch (error) {
      if (error instanceof RollcallError) return error;
      throw error;
    }
    throw new Error('the coordinator started');
  }

  /** Advances the clock until the promise settles, because watching files and stopping wait for timers. */
  async #driven<Result>(promise: Promise<Result>): Promise<Result> {
    let settled = false;
    const watched = promise.finally(() => (settled = true));
    watched.catch(() => {});
    await eventually(
      () => settled,
      () => this.clock.advance(50),
    );
    return watched;
  }
}

async function messages(port: number): Promise<string[]> {
  const client = new QueryService(`127.0.0.1:${port}`, credentials.createInsecure());
  const answer = await ask(client, Query.ListEvents, { pageSize: 1_000, oldestFirst: true });
  client.close();
  return answer.events.map(({ message }) => message);
}

const FIRST = [
  'coordinator started',
  'DaemonSet default/a was added',
  'node n1 was added',
  'default/a on n1: new → run',
];

test('starts with an empty data folder, decides, and continues after a restart', async () => {
  const site = new Site();
  const first = await site.start();
  expect((await messages(first.port)).toSorted()).toEqual(FIRST.toSorted());
  await site.stop(first);
  expect(site.clock.pendingCount).toBe(0);
  const second = await site.start();
  expect((await messages(second.port)).slice(FIRST.length)).toEqual(['coordinator stopped', 'coordinator started']);
  await site.stop(second);
});

test('reports what it could not write when it stops on a full disk, and leaves nothing running', async () => {
  const disk = { isFull: false };
  const site = new Site();
  const operationsListen = { host: '127.0.0.1', port: 0 };
  const coordinator = await site.start({ operationsListen }, writingTo(disk, oneThread));
  disk.isFull = true;
  await expect(site.stop(coordinator)).rejects.toThrow('1 event could not be written: database or disk is full');
  expect(site.clock.pendingCount).toBe(0);
  await expect(fetch(`http://127.0.0.1:${coordinator.operationsPort}/livez`)).rejects.toThrow('fetch failed');
});

test('fails with one sentence when the port is in use, and leaves nothing running', async () => {
  const site = new Site();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const refusal = await site.refusal({ listen: { host: '127.0.0.1', port } });
  expect(refusal.reason).toBe('ARGUMENT_INVALID');
  expect(refusal.message).toContain(`127.0.0.1:${port}`);
  expect(refusal.message).toContain('--listen');
  expect(refusal.message).not.toContain('\n');
  expect(site.clock.pendingCount).toBe(0);
  await site.stop(await site.start());
});

test('fails with one sentence when a source does not exist, and closes the journal', async () => {
  const site = new Site();
  const refusal = await site.refusal({ nodes: join(site.folder, 'nowhere') });
  expect(refusal.message).toContain('nowhere does not exist');
  expect(site.clock.pendingCount).toBe(0);
  await site.stop(await site.start());
});

test('fails with one sentence when the data folder is a file', async () => {
  const site = new Site();
  writeFileSync(join(site.folder, 'file'), '');
  const refusal = await site.refusal({ data: join(site.folder, 'file') });
  expect(refusal.reason).toBe('JOURNAL_UNUSABLE');
  expect(refusal.message).toContain(join(site.folder, 'file'));
  expect(refusal.message).not.toContain('\n');
});

test.skipIf(process.platform !== 'linux')('fails with one sentence when the data folder is not writable', async () => {
  // Not even root can create anything there.
  const data = '/sys/rollcall/data';
  const refusal = await new Site().refusal({ data });
  expect(refusal).toMatchObject({ reason: 'JOURNAL_UNUSABLE', message: expect.stringContaining(data) as string });
});

test('does not start with the data folder of another coordinator', async () => {
  const site = new Site();
  const first = await site.start();
  expect((await site.refusal({})).reason).toBe('JOURNAL_UNUSABLE');
  await site.stop(first);
});
