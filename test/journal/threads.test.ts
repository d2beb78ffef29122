/** The journal on its real threads, from the built files. */
import { expect, it, onTestFinished } from 'vitest';
import type * as JournalModule from '../../coordinator/journal/journal.ts';
import { systemClock } from '../../shared/clock.ts';
import { decision } from './events.ts';
import { temporaryFile } from './open-journal.ts';

async function openBuilt(file: string): Promise<JournalModule.Journal> {
  const built = new URL('../../dist/coordinator/journal/journal.js', import.meta.url).href;
  const { Journal } = (await import(/* @vite-ignore */ built)) as typeof JournalModule;
  const onFatal = (error: Error) => {
    throw error;
  };
  const journal = await Journal.open({ file, clock: systemClock, onFatal });
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}

it('writes, answers, checks and reopens', async () => {
  const file = temporaryFile();
  const journal = await openBuilt(file);
  const nodes = Array.from({ length: 3_000 }, (_, index) => decision({ node: `node-${index}` }));
  await journal.durable(journal.append(nodes) + nodes.length - 1);
  expect(await journal.events({ node: 'node-7', limit: 5 })).toMatchObject([
    { revision: 8, node: 'node-7', to: 'run' },
  ]);
  expect(await journal.audit.verify()).toMatchObject({ checkedCount: 3_000, bad: null });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
  expect(journal.status()).toMatchObject({ rows: 3_000, commits: 2, queuedEvents: 0, state: 'writing' });
  await journal.close();
  const reopened = await openBuilt(file);
  expect(reopened.nextRevision).toBe(3_001);
  expect([...reopened.takeState().placements]).toHaveLength(3_000);
});

it("hands a user's mistake over as the one sentence that it is", async () => {
  const file = temporaryFile();
  await openBuilt(file);
  await expect(openBuilt(file)).rejects.toMatchObject({ name: 'JournalError', reason: 'in-use' });
});
