/** A journal on a disk that becomes full. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../coordinator/journal/journal.ts';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import type { NewEvent } from '../../shared/journal-format/events.ts';
import { smallDisk } from '../fakes/disks.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { decision, facts } from './events.ts';
import { openJournal } from './open-journal.ts';

const DISK_BYTES = 4 * 1024 * 1024;
/** Size of a file that is removed later to free space. */
const BALLAST_BYTES = 1024 * 1024;

describe('on a full disk', () => {
  it('keeps unwritten events in memory, does not acknowledge them, and writes them when there is space', async (context) => {
    const disk = smallDisk(context, DISK_BYTES);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(BALLAST_BYTES));
    const clock = new FakeClock();
    const file = join(disk, 'journal.db');
    const journal = await openJournal({ file, clock });
    const { notified, durableWhenStalled } = await fill(journal);
    expect(journal.status()).toMatchObject({ state: 'stalled', problem: expect.stringContaining('full') });
    expect(journal.accepting).toBe(false);
    expect(Math.max(...notified)).toBe(durableWhenStalled);
    // Queries are still answered.
    expect(await journal.events({ limit: 1 })).toMatchObject([{ revision: durableWhenStalled }]);

    rmSync(join(disk, 'ballast'));
    const last = journal.append([decision()]);
    await eventually(
      () => journal.durableRevision === last,
      () => clock.advance(1_000),
    );
    expect(journal.status()).toMatchObject({ state: 'writing', problem: '', queuedEvents: 0 });
    expect(notified).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(await journal.audit.verify()).toMatchObject({ checkedCount: last, bad: null });
    await journal.close();
  });

  it('reports the number of lost events when it closes while the disk is full', async () => {
    const clock = new FakeClock();
    const fullDisk = { ...sameThread, startWriter: () => ({ ...sameThread.startWriter(), write: stalled }) };
    const journal = await openJournal({ clock, threads: fullDisk });
    const durable = Promise.allSettled([journal.durable(journal.append([decision(), decision()]) + 1)]);
    await eventually(() => clock.pendingCount > 0);
    const lost = '2 events could not be written: database or disk is full';
    await expect(journal.close()).rejects.toThrow(lost);
    expect(await durable).toMatchObject([{ status: 'rejected', reason: { message: lost } }]);
  });
});

function stalled(): Promise<{ result: 'stalled'; problem: string }> {
  return Promise.resolve({ result: 'stalled', problem: 'database or disk is full' });
}

async function fill(journal: Journal): Promise<{ notified: number[]; durableWhenStalled: number }> {
  const notified: number[] = [];
  journal.onDurable((_revision, events) => notified.push(...events.map((event) => event.revision)));
  let index = 0;
  await eventually(
    () => journal.status().state === 'stalled',
    () => {
      journal.append([bigEvent(index)]);
      index += 1;
    },
  );
  return { notified, durableWhenStalled: journal.durableRevision };
}

function bigEvent(index: number): NewEvent {
  const { cause, occurredMs } = decision();
  const node = `node-${index}`;
  const big = { ...facts(node), labels: { filler: String(index).repeat(10_000) } };
  return {
    kind: 'node',
    action: 'added',
    node,
    facts: big,
    origin: 'agent',
    source: '',
    changes: [],
    cause,
    occurredMs,
  };
}
