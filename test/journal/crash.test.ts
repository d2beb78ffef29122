/** Kills a process while it writes a journal: all rows that it reported as durable must remain. */
import { expect, inject, it } from 'vitest';
import { SeededRandom } from '../bench/random.ts';
import { openJournal, temporaryFile } from './open-journal.ts';
import { WritingProcess } from './writing-process.ts';

const KILLS = inject('isThorough') ? 200 : 20;
const SEED = inject('seed');

it(`keeps all durable rows when the writer is killed ${KILLS} times under load (seed ${SEED})`, {
  timeout: KILLS * 6_000,
}, async () => {
  const file = temporaryFile();
  const random = new SeededRandom(SEED);
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Every other writer also prunes while it writes.
    const writer = new WritingProcess(file, kill % 2 === 1 ? 'prune' : 'keep');
    await writer.announcements(1 + random.below(60));
    await writer.kill();
    const journal = await openJournal({ file, limits: { startLinksMax: 1_000_000 } });
    expect(journal.durableRevision).toBeGreaterThanOrEqual(writer.announced);
    const newest = await journal.events({ limit: 1_000 });
    const decisions = newest.filter((event) => event.kind !== 'coordinator');
    for (const event of decisions)
      expect(event).toMatchObject({ kind: 'decision', node: `node-${event.revision % 1_000}` });
    const revisions = newest.map((event) => event.revision);
    expect(revisions).toEqual(revisions.map((_, index) => journal.durableRevision - index));
    await journal.close();
  }
  const journal = await openJournal({ file });
  const [oldest] = await journal.events({ oldestFirst: true, limit: 1 });
  expect(oldest?.revision, 'some rows were pruned').toBeGreaterThan(1);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ bad: null, fileProblem: null, isGood: true });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
});
