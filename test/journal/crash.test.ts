/** A coordinator that is killed while it writes: nothing that it said was durable may be missing. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SeededRandom } from '../bench/random.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

/** ROLLCALL_RELIABILITY=1 asks for as many as it takes to meet rare instants. */
// oxlint-disable-next-line node/no-process-env -- there is no other way to ask a test for more
const KILLS = process.env.ROLLCALL_RELIABILITY === '1' ? 200 : 20;
const WRITER = fileURLToPath(new URL('./crash-writer.mjs', import.meta.url));

it(`loses nothing that it called durable when it is killed ${KILLS} times under load`, {
  timeout: KILLS * 6_000,
}, async () => {
  const file = temporaryFile();
  const random = new SeededRandom(4);
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Every other one also prunes while it writes.
    const announced = await writeUntilKilled(file, 1 + random.below(60), kill % 2 === 1);
    const journal = await openJournal({ file, limits: { startLinksMax: 1_000_000 } });
    expect(journal.durableRevision).toBeGreaterThanOrEqual(announced);
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
  expect(oldest?.revision, 'something was pruned').toBeGreaterThan(1);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ bad: null, fileProblem: null, isGood: true });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
});

/** Kills the writer with SIGKILL once it has announced so many commits; returns the newest revision announced. */
async function writeUntilKilled(file: string, announcements: number, isPruning: boolean): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, file, isPruning ? 'prune' : 'keep'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => writer.once('close', resolve));
  let announced = 0;
  let count = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    announced = Number(line);
    count += 1;
    if (count === announcements) writer.kill('SIGKILL');
  }
  await ended;
  expect(count, 'the writer ended by itself; its own words are above').toBeGreaterThanOrEqual(announcements);
  return announced;
}
