/** Pruning: which rows are deleted or kept, verification afterwards, and the errors for pruned revisions. */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOURNAL_LIMITS, RETAIN_BYTES_MIN } from '../../coordinator/journal/base/limits.ts';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { anyEvent, decision } from './events.ts';
import { historicalState } from './historical-state.ts';
import { comparable, naiveState } from './naive-state.ts';
import { MANY_FILES_MS, openJournal, temporaryFile } from './open-journal.ts';

const LIMITS = { retainedRowsMin: 0, pruneRowsMax: 7, verifyRowsMax: 5 };

/** Records one event per millisecond, starting at 1, so that revisions equal times. */
async function recordOnePerMs(
  journal: Journal,
  clock: FakeClock,
  events: readonly NewEvent[],
): Promise<JournalEvent[]> {
  const all: JournalEvent[] = [];
  journal.onDurable((_revision, durable) => all.push(...durable));
  for (const event of events) {
    clock.advance(1);
    journal.append([event]);
  }
  await journal.durable(journal.nextRevision - 1);
  return all;
}

describe('pruning', () => {
  it('changes no answer about the horizon and later revisions, and the journal still verifies', {
    timeout: MANY_FILES_MS,
  }, async () => {
    const events = fc.array(anyEvent, { minLength: 2, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(events, fc.nat(), fc.nat(), async (happened, ...horizons) => {
        const file = temporaryFile();
        const clock = new FakeClock(0);
        const journal = await openJournal({ file, clock, limits: LIMITS });
        const all = await recordOnePerMs(journal, clock, happened);
        // Twice, because the second pruning also processes rows that the first one kept.
        for (const horizon of horizons.map((n) => n % happened.length).sort((a, b) => a - b)) {
          await journal.prune({ retainMs: clock.nowMs() - horizon });
          await expectAsBefore(journal, all, horizon);
        }
        await journal.close();
        const reopened = await openJournal({ file, clock, limits: LIMITS });
        const horizon = Math.max(...horizons.map((n) => n % happened.length));
        const { removedDaemonSets, ...expected } = naiveState(all);
        expect(comparable(reopened.takeState())).toEqual({
          ...expected,
          removedDaemonSets: removedDaemonSets.filter(({ removedRevision }) => removedRevision > horizon - 1),
        });
        await reopened.close();
      }),
      { numRuns: 40 },
    );
  });

  it('rejects queries about pruned revisions with an error that names the horizon', async () => {
    const { journal } = await prunedJournal();
    const refusal = { reason: 'before-retention', horizon: { revision: 20, recordedMs: 20 } };
    await expect(journal.history.revisionAt(19)).rejects.toMatchObject(refusal);
    await expect(journal.history.placementsOfNodeAt('node-1', 19)).rejects.toMatchObject(refusal);
    await expect(journal.history.diff(19, 30).next()).rejects.toMatchObject(refusal);
    await expect(journal.events({ untilMs: 15, limit: 5 })).rejects.toMatchObject(refusal);
    await expect(journal.events({ afterRevision: 10, oldestFirst: true, limit: 5 })).rejects.toMatchObject(refusal);
    const before = { beforeRevision: 11, oldestFirst: true, limit: 5 };
    await expect(journal.events(before)).rejects.toMatchObject(refusal);
    expect(await journal.history.revisionAt(20)).toBe(20);
    expect(await journal.history.horizon()).toEqual(refusal.horizon);
  });

  it('lets a reader continue after its row, or after the newest row of that age, unless rows were pruned', async () => {
    const { journal } = await prunedJournal();
    expect(await journal.history.continueAfter(20, 20)).toBe(20);
    expect(await journal.history.continueAfter(25, 25)).toBe(25);
    expect(await journal.history.continueAfter(25, 22)).toBe(22);
    expect(await journal.history.continueAfter(99, 28)).toBe(28);
    const refusal = { reason: 'before-retention', horizon: { revision: 20, recordedMs: 20 } };
    await expect(journal.history.continueAfter(10, 10)).rejects.toMatchObject(refusal);
    await expect(journal.history.continueAfter(25, 15)).rejects.toMatchObject(refusal);
  });

  it('reports the pruned rows only on the last page', async () => {
    const { journal } = await prunedJournal();
    const page = await journal.eventPage({ limit: 100, kinds: ['decision'] });
    expect(page.events.map((event) => event.revision)).toEqual(Array.from({ length: 10 }, (_, index) => 30 - index));
    expect(page).toMatchObject({ continueAt: null, prunedThrough: 20 });
    const newest = await journal.eventPage({ limit: 3, kinds: ['decision'] });
    expect(newest).toMatchObject({ continueAt: 28, prunedThrough: 0 });
  });

  it('detects that a kept row before the horizon was altered', async () => {
    const { journal, file } = await prunedJournal();
    expect(await journal.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });
    await journal.close();
    const database = new Database(file);
    database.exec('DROP TRIGGER event_no_update; UPDATE event SET verdict = 3 WHERE seq = 20');
    database.close();
    const reopened = await openJournal({ file });
    expect(await reopened.audit.verify()).toMatchObject({ bad: null, kept: 'altered', isGood: false });
  });

  it('keeps the problems of the sources at the horizon, and prunes them when they are resolved', async () => {
    const clock = new FakeClock(0);
    const journal = await openJournal({ clock, limits: LIMITS });
    const fill = () =>
      recordOnePerMs(
        journal,
        clock,
        Array.from({ length: 20 }, () => decision()),
      );
    await recordOnePerMs(journal, clock, [
      coordinator('started'),
      coordinator('problem', ['a']),
      coordinator('problem'),
      coordinator('problem', ['a', 'b']),
    ]);
    await fill();
    expect(await problemsAt(journal, [1, 2, 3, 4, 24])).toEqual([[], ['a'], ['a'], ['a', 'b'], ['a', 'b']]);
    await journal.prune({ retainMs: 9.5 });
    const { revision } = await journal.history.horizon();
    expect(revision).toBeGreaterThan(4);
    expect(await problemsAt(journal, [revision, 24])).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(await journal.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });

    await recordOnePerMs(journal, clock, [coordinator('problem', [])]);
    await fill();
    await journal.prune({ retainMs: 9.5 });
    expect(await problemsAt(journal, [journal.durableRevision])).toEqual([[]]);
    const rest = await journal.eventsAt([1, 2, 3, 4]);
    expect(rest.map(({ kind, revision: kept }) => [kind, kept])).toEqual([['coordinator', 1]]);
    expect(await journal.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });
  });

  it('records its seal with the trigger retention, and still accepts seals with the trigger operator', async () => {
    const { journal, file } = await prunedJournal();
    const [sealed] = await journal.events({ triggers: ['retention'], limit: 5 });
    expect(sealed).toMatchObject({ kind: 'coordinator', action: 'pruned', cause: { actor: '' } });
    await journal.close();
    const database = new Database(file);
    const cause = database.prepare("SELECT cause FROM history WHERE action = 'pruned'").pluck().all();
    database.close();
    expect(cause).toEqual(['retention']);

    const reopened = await openJournal({ file });
    const earlier = { ...sealed, cause: { trigger: 'operator', revision: 0, actor: '' } } as NewEvent;
    await reopened.durable(reopened.append([earlier]));
    expect(await reopened.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });
  });

  it('limits the size of the file, but keeps a minimum number of rows', async () => {
    const clock = new FakeClock(0);
    const journal = await openJournal({ clock, limits: { ...LIMITS, retainedRowsMin: 100 } });
    await recordOnePerMs(
      journal,
      clock,
      Array.from({ length: 3_000 }, () => decision({ node: 'node-1' })),
    );
    const before = journal.status().bytes;
    const retainBytes = Math.round(before / 2);
    const { usedBytes, prunedThrough } = await journal.prune({ retainBytes });
    expect(usedBytes).toBeLessThanOrEqual(retainBytes);
    expect(prunedThrough).toBeLessThan(2_900);
    expect(await journal.prune({ retainBytes: 1 })).toMatchObject({ prunedThrough: 2_901 });
    expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true, fileProblem: null });
  });

  it('can reach the minimum size limit, but not half of it', async () => {
    const clock = new FakeClock(0);
    const journal = await openJournal({ clock });
    const rows = Array.from({ length: JOURNAL_LIMITS.retainedRowsMin }, (_, n) =>
      decision({ node: `node-${n % 100}` }),
    );
    await journal.durable(journal.append(rows) + rows.length - 1);
    const { usedBytes, prunedThrough } = await journal.prune({ retainBytes: 1 });
    expect(prunedThrough).toBe(0);
    expect(usedBytes).toBeLessThanOrEqual(RETAIN_BYTES_MIN.bytes);
    expect(usedBytes).toBeGreaterThan(RETAIN_BYTES_MIN.bytes / 2);
  });

  it('stops when the journal closes, and the next pruning seals its rows', async () => {
    const file = temporaryFile();
    const clock = new FakeClock(0);
    const journal = await openJournal({ file, clock, limits: LIMITS });
    await recordOnePerMs(
      journal,
      clock,
      Array.from({ length: 300 }, () => decision()),
    );
    const pruning = journal.prune({ retainMs: 9.5 });
    await journal.close();
    const { prunedThrough } = await pruning;
    expect(prunedThrough).toBeLessThan(290);
    const reopened = await openJournal({ file, clock, limits: LIMITS });
    expect(await reopened.prune({ retainMs: 9.5 })).toMatchObject({ prunedThrough: 290 });
    expect(await reopened.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });
  });

  it('seals the rows of an earlier pruning that was interrupted', async () => {
    const { journal, file } = await prunedJournal();
    await journal.close();
    // Simulates a process that ended between the last step and the seal.
    const database = new Database(file);
    database.exec('DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq = 31');
    database.close();
    rmSync(`${file}.head`);
    const reopened = await openJournal({ file, clock: new FakeClock(30), limits: LIMITS });
    expect(await reopened.audit.verify()).toMatchObject({ kept: 'unsealed', isGood: true });
    expect(await reopened.prune({ retainMs: 9.5 })).toMatchObject({ prunedCount: 0 });
    expect(await reopened.audit.verify()).toMatchObject({ kept: 'sealed', isGood: true });
  });

  it('reuses the space that it freed', async () => {
    const clock = new FakeClock(0);
    const journal = await openJournal({ clock, limits: { ...LIMITS, pruneRowsMax: 1_000 } });
    const sizes: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await recordOnePerMs(
        journal,
        clock,
        Array.from({ length: 2_000 }, () => decision()),
      );
      await journal.prune({ retainMs: 100 });
      sizes.push(journal.status().bytes);
    }
    expect(sizes.at(-1)).toBeLessThan(1.5 * (sizes[1] ?? 0));
  });

  it.each([{ retainMs: 0 }, { retainBytes: 0 }, { retainMs: Number.NaN }])('rejects the limit %j', async (goal) => {
    const journal = await openJournal();
    await expect(async () => journal.prune(goal)).rejects.toThrow('must be positive');
  });

  it('records nothing when no row is old enough', async () => {
    const journal = await openJournal();
    await journal.durable(journal.append([decision()]));
    expect(await journal.prune({ retainMs: 1_000_000 })).toMatchObject({ prunedThrough: 0, prunedCount: 0 });
    expect(journal.durableRevision).toBe(1);
  });
});

/** A journal with thirty decisions about one pair, one per millisecond. The first twenty are pruned. */
async function prunedJournal(): Promise<{ journal: Journal; file: string }> {
  const file = temporaryFile();
  const clock = new FakeClock(0);
  const journal = await openJournal({ file, clock, limits: LIMITS });
  await recordOnePerMs(
    journal,
    clock,
    Array.from({ length: 30 }, () => decision()),
  );
  expect(await journal.prune({ retainMs: 9.5 })).toMatchObject({ prunedThrough: 20, prunedCount: 20 });
  return { journal, file };
}

/** `problems`: undefined in rows that do not list them. */
function coordinator(action: 'started' | 'problem', problems?: string[]): NewEvent {
  const { cause, occurredMs } = decision();
  return {
    kind: 'coordinator',
    action,
    detail: '',
    engineVersion: '2',
    cause,
    occurredMs,
    ...(problems && { problems }),
  };
}

function problemsAt(journal: Journal, revisions: readonly number[]): Promise<(readonly string[])[]> {
  return Promise.all(revisions.map((revision) => journal.history.sourceProblemsAt(revision)));
}

async function expectAsBefore(journal: Journal, all: readonly JournalEvent[], horizon: number): Promise<void> {
  const kept = await journal.events({ limit: 1_000, oldestFirst: true });
  const pruned = all.length - kept.length;
  expect(kept).toEqual(all.slice(pruned));
  expect(pruned).toBe(Math.max(0, horizon - 1));
  for (const revision of new Set([pruned, Math.floor((pruned + all.length) / 2), all.length])) {
    const { nodes, daemonSets, placements, pods, drifts } = naiveState(all.slice(0, revision));
    const expected = { nodes, daemonSets, placements, pods, drifts };
    expect(await historicalState(journal, revision)).toEqual(expected);
  }
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({
    bad: null,
    kept: pruned === 0 ? 'none' : 'sealed',
    fileProblem: null,
    isGood: true,
  });
}
