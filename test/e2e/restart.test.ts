/** A coordinator that is killed and restarted continues with its journal and its agents. */
import { afterAll, describe, expect, it } from 'vitest';
import { EventLog } from './event-log.ts';
import { CommandLine, Folder, PROGRAMS, Running, startCoordinator } from './programs.ts';

const TIMEOUT_MS = 120_000;

interface History {
  readonly revision: number;
  readonly kind: string;
}

describe('a coordinator that is killed while agents are connected', { timeout: TIMEOUT_MS }, () => {
  const folder = new Folder();

  afterAll(() => folder.remove());

  it('continues its sequence, decides nothing twice, and lets its agent resume', async () => {
    const first = await startCoordinator(folder, 0);
    const before = new EventLog(first.server);
    const agent = new Running(PROGRAMS.agent, [
      '--plaintext',
      '--node-file',
      folder.nodeFile('worker-2'),
      '--coordinator',
      first.server,
    ]);
    await before.next(({ kind, action }) => kind === 'EVENT_KIND_ASSIGNMENT' && action === 'acknowledged');
    await before.next(({ kind }) => kind === 'EVENT_KIND_DRIFT');
    await first.coordinator.kill('SIGKILL');
    before.close();
    const seen = before.events;

    const second = await startCoordinator(folder, first.port);
    const after = new EventLog(second.server);
    const connected = await after.next(
      ({ kind, action }) => kind === 'EVENT_KIND_AGENT' && action === 'connected',
      before.newestRevision,
    );
    expect(connected.message).toContain('resumed');
    expect(after.events.slice(0, seen.length).map(({ revision, message }) => `${revision} ${message}`)).toEqual(
      seen.map(({ revision, message }) => `${revision} ${message}`),
    );
    const history = await new CommandLine(second.server).json<History[]>(
      'history',
      '--limit',
      '1000',
      '--oldest-first',
    );
    expect(history.map(({ revision }) => revision)).toEqual(history.map((_, index) => index + 1));
    const decidedAgain = history.filter(
      ({ revision, kind }) => kind === 'decision' && revision > before.newestRevision,
    );
    expect(decidedAgain).toEqual([]);

    after.close();
    expect((await agent.kill('SIGTERM')).exitCode).toBe(0);
    expect((await second.coordinator.kill('SIGTERM')).exitCode).toBe(0);
  });
});
