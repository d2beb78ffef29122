/** The journal as its callers see it: order, durability, reopening, limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { anyEvent, decision } from './events.ts';
import { comparable, naiveState } from './naive-state.ts';
import { MANY_FILES_MS, openJournal, temporaryFile } from './open-journal.ts';

describe('a journal', () => {
  it('numbers events immediately, from 1 and without gaps', async () => {
    const journal = await openJournal();
    expect(journal.nextRevision).toBe(1);
    expect(journal.append([decision(), decision({ node: 'node-2' })])).toBe(1);
    expect(journal.append([decision({ node: 'node-3' })])).toBe(3);
    expect(journal.nextRevision).toBe(4);
    expect(journal.durableRevision).toBe(0);
    await journal.durable(3);
    expect(journal.durableRevision).toBe(3);
  });

  it('writes all events appended in one turn of the event loop in one commit', async () => {
    const journal = await openJournal();
    for (let index = 0; index < 100; index += 1) journal.append([decision({ node: `node-${index}` })]);
    await journal.durable(100);
    expect(journal.status()).toMatchObject({ commits: 1, rows: 100, queuedEvents: 0 });
  });

  it('splits large appends into several commits, in order', async () => {
    const journal = await openJournal({ limits: { batchEventsMax: 7 } });
    const seen: number[] = [];
    journal.onDurable((_revision, events) => seen.push(...events.map((event) => event.revision)));
    journal.append(Array.from({ length: 20 }, (_, index) => decision({ node: `node-${index}` })));
    await journal.durable(20);
    expect(journal.status().commits).toBe(3);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('notifies its listeners only of events that are on disk', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    const found: Promise<JournalEvent[]>[] = [];
    const notified: JournalEvent[] = [];
    journal.onDurable((_revision, events) => {
      notified.push(...events);
      found.push(journal.eventsAt(events.map((event) => event.revision)));
    });
    await journal.durable(journal.append([decision(), decision({ to: 'none' })]) + 1);
    expect((await Promise.all(found)).flat()).toEqual(notified);
    expect(notified).toHaveLength(2);
  });

  it('continues after reopening with the same store, sequence and state', async () => {
    const file = temporaryFile();
    const first = await openJournal({ file });
    const { storeId } = first;
    first.append([decision(), decision({ node: 'node-2', to: 'keep' })]);
    await first.close();
    const second = await openJournal({ file });
    expect(second.storeId).toBe(storeId);
    expect(second.nextRevision).toBe(3);
    expect(second.durableRevision).toBe(2);
    const state = second.takeState();
    expect([...state.placements]).toEqual([
      { node: 'node-1', daemonSet: 'logging/fluentd', verdict: 'run', effectiveRevision: 1, sinceMs: 1_000 },
      { node: 'node-2', daemonSet: 'logging/fluentd', verdict: 'keep', effectiveRevision: 2, sinceMs: 1_000 },
    ]);
    expect(() => second.takeState()).toThrow('already taken');
  });

  it('records times that never decrease, even when the clock jumps back', async () => {
    const clock = new FakeClock(5_000);
    const journal = await openJournal({ clock });
    journal.append([decision()]);
    clock.advance(-3_600_000);
    await journal.durable(journal.append([decision({ to: 'none' })]));
    const events = await journal.events({ limit: 10, oldestFirst: true });
    expect(events.map((event) => event.recordedMs)).toEqual([5_000, 5_000]);
  });

  it('throws when a caller waits for a revision that was not appended', async () => {
    const journal = await openJournal();
    expect(() => journal.durable(1)).toThrow(RangeError);
  });

  it('reports that it is not accepting events before it throws', async () => {
    const journal = await openJournal({ limits: { queuedEventsHigh: 2, queuedEventsMax: 4 } });
    expect(journal.accepting).toBe(true);
    journal.append([decision(), decision()]);
    expect(journal.accepting).toBe(false);
    journal.append([decision(), decision()]);
    expect(() => journal.append([decision()])).toThrow('4 are waiting');
    await journal.durable(4);
    expect(journal.accepting).toBe(true);
    expect(journal.append([decision()])).toBe(5);
  });

  it('keeps the write-ahead log small during many commits', async () => {
    const journal = await openJournal({ limits: { checkpointPagesMin: 20, walPagesMax: 60 } });
    const walBytes: number[] = [];
    for (let commit = 0; commit < 100; commit += 1) {
      const first = journal.append(Array.from({ length: 50 }, (_, index) => decision({ node: `node-${index}` })));
      await journal.durable(first + 49);
      walBytes.push(journal.status().walBytes);
    }
    // Without checkpoints the log would contain every page of every commit: more than 1 MiB after 100 commits.
    expect(Math.max(...walBytes)).toBeLessThan(512 * 1024);
  });

  it('throws on an append after it was closed', async () => {
    const journal = await openJournal();
    await journal.close();
    expect(() => journal.append([decision()])).toThrow('closed');
  });
});

describe('any sequence of events', () => {
  it('is read as appended, restores the state that it implies, and rebuilds the same tables', {
    timeout: MANY_FILES_MS,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyEvent, { maxLength: 12 }), { maxLength: 8 }), async (appends) => {
        const file = temporaryFile();
        const journal = await openJournal({ file, limits: { batchEventsMax: 5 } });
        const recorded = await appendAll(journal, appends);
        expect(await journal.events({ limit: 1_000, oldestFirst: true })).toEqual(recorded);
        expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
        expect(await journal.audit.verify()).toMatchObject({ checkedCount: recorded.length, bad: null });
        await journal.close();
        const reopened = await openJournal({ file });
        expect(comparable(reopened.takeState())).toEqual(naiveState(recorded));
        await reopened.close();
      }),
      { numRuns: 60 },
    );
  });
});

async function appendAll(journal: Journal, appends: readonly (readonly NewEvent[])[]): Promise<JournalEvent[]> {
  const recorded: JournalEvent[] = [];
  journal.onDurable((_revision, events) => recorded.push(...events));
  for (const events of appends) {
    const first = journal.append(events);
    if (events.length % 2 === 0 && events.length > 0) await journal.durable(first);
  }
  await journal.durable(journal.nextRevision - 1);
  return recorded;
}
