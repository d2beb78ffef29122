/** Verification, export, backup, replay and rebuild of a journal. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../coordinator/journal/journal.ts';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { rebuildDerivedTables } from '../../coordinator/journal/schema/rebuild.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { anyEvent, daemonSetRecord, decision, facts } from './events.ts';
import { collected } from './historical-state.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const SAMPLE = fc.sample(anyEvent, { numRuns: 2_300, seed: 3 });

async function recorded(journal: Journal, events: readonly NewEvent[] = SAMPLE): Promise<JournalEvent[]> {
  const all: JournalEvent[] = [];
  journal.onDurable((_revision, durable) => all.push(...durable));
  journal.append(events);
  await journal.durable(journal.nextRevision - 1);
  return all;
}

describe('verifying', () => {
  it('accepts a head that was published earlier, and reports its progress', async () => {
    const journal = await openJournal({ limits: { verifyRowsMax: 1_000 } });
    await recorded(journal, SAMPLE.slice(0, 500));
    const anchor = journal.head();
    expect(anchor.revision).toBe(500);
    await recorded(journal, SAMPLE.slice(500));
    const progress: number[] = [];
    const onProgress = (checkedCount: number) => progress.push(checkedCount);
    const report = await journal.audit.verify({ anchor, wholeFile: true, onProgress });
    expect(report).toMatchObject({ checkedCount: 2_300, anchor: 'matches', fileProblem: null, isGood: true });
    expect(report.head).toEqual(journal.head());
    expect(progress).toEqual([1_000, 2_000, 2_300]);
  });

  it('reports a rewritten journal whose published head differs', async () => {
    const original = await openJournal();
    await recorded(original, SAMPLE.slice(0, 20));
    const anchor = original.head();
    const forged = await openJournal();
    await recorded(forged, [decision({ to: 'keep' }), ...SAMPLE.slice(1, 20)]);
    const report = await forged.audit.verify({ anchor });
    expect(report).toMatchObject({ bad: null, anchor: 'differs', isGood: false });
  });

  it('reports that rows at the end are missing', async () => {
    const journal = await openJournal();
    await recorded(journal, SAMPLE.slice(0, 5));
    const report = await journal.audit.verify({ anchor: { revision: 6, hash: '00'.repeat(32) } });
    expect(report).toMatchObject({ bad: null, anchor: 'missing', isGood: false });
  });

  it('hashes rows as documented', async () => {
    const journal = await openJournal();
    await recorded(journal, SAMPLE.slice(0, 300));
    let hash = Buffer.alloc(32);
    for (const line of (await collected(journal.audit.export('csv'))).join('').trimEnd().split('\r\n').slice(1)) {
      const field = csvFields(line);
      const [
        seq,
        recordedAt,
        occurredAt,
        kind,
        action,
        node,
        daemonSet,
        from,
        to,
        trigger,
        cause,
        actor,
        engine,
        body,
      ] = field;
      const orNull = (text = '') => (text === '' ? null : text);
      const times = [Date.parse(recordedAt ?? ''), Date.parse(occurredAt ?? '')];
      const subject = [orNull(node), orNull(daemonSet)];
      const hashedTrigger = trigger === 'node-change' ? 'roll-change' : trigger;
      const who = [hashedTrigger, Number(cause), orNull(actor), orNull(engine)];
      const row = [
        Number(seq),
        ...times,
        kind,
        orNull(action),
        ...subject,
        ...who,
        orNull(from),
        orNull(to),
        orNull(body),
      ];
      hash = createHash('sha256').update(hash).update(JSON.stringify(row)).digest();
      expect(field.at(-1)).toBe(hash.toString('hex'));
    }
    expect(journal.head().hash).toBe(hash.toString('hex'));
  });
});

describe('exporting', () => {
  it('yields every row once, in order, without rows that are added meanwhile', async () => {
    const journal = await openJournal();
    const all = await recorded(journal);
    const lines: string[] = [];
    for await (const text of journal.audit.export('jsonl')) {
      if (lines.length === 0) journal.append([decision()]);
      lines.push(...text.split('\n').slice(0, -1));
    }
    const rows = lines.map((line) => JSON.parse(line) as JournalEvent & { hash: string });
    expect(rows.map(({ hash: _hash, ...event }) => event)).toEqual(all.slice(0, SAMPLE.length));
  });

  it('yields only the rows of a range', async () => {
    const journal = await openJournal();
    await recorded(journal, SAMPLE.slice(0, 30));
    const text = (await collected(journal.audit.export('csv', { afterRevision: 10, throughRevision: 12 }))).join('');
    const [header, ...lines] = text.trimEnd().split('\r\n');
    expect(header).toBe(
      'revision,recorded,occurred,kind,action,node,daemonSet,from,to,trigger,causeRevision,actor,engineVersion,body,hash',
    );
    expect(lines.map((line) => line.split(',')[0])).toEqual(['11', '12']);
  });
});

describe('replaying', () => {
  it('yields every decision with the facts and the record that were in effect', async () => {
    const journal = await openJournal();
    const { cause, occurredMs } = decision();
    const common = { cause, occurredMs, changes: [] };
    const node = (label: string): NewEvent => {
      const now = facts('node-1', label);
      return { ...common, kind: 'node', action: 'changed', node: 'node-1', facts: now, origin: 'agent', source: '' };
    };
    const record = daemonSetRecord('logging/fluentd', 1);
    const added = {
      ...common,
      kind: 'daemon-set',
      action: 'added',
      daemonSet: record.key,
      record,
      problems: [],
    } as const;
    await recorded(journal, [added, node('a'), decision(), node('b'), decision({ from: 'run', to: 'none' })]);
    const replayed = (await collected(journal.audit.replay())).flat();
    expect(replayed.map(({ decision: { revision, to } }) => [revision, to])).toEqual([
      [3, 'run'],
      [5, 'none'],
    ]);
    expect(replayed.map(({ inputs }) => inputs.node?.facts.labels.zone)).toEqual(['a', 'b']);
    expect(replayed.map(({ inputs }) => inputs.daemonSet?.record?.digest)).toEqual([record.digest, record.digest]);
  });
});

describe('rebuilding', () => {
  it('names the derived tables that differ from a replay, and rebuilds them', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    await recorded(journal, SAMPLE.slice(0, 200));
    await journal.close();
    const database = new Database(file);
    database.exec('UPDATE placement SET since_ms = since_ms + 1; DELETE FROM agent_now');
    database.close();
    const altered = await openJournal({ file });
    expect(await altered.audit.rebuildEquals()).toEqual({ equal: false, differing: ['placement', 'agent_now'] });
    expect(() => rebuildDerivedTables(file)).toThrow('another coordinator');
    await altered.close();
    rebuildDerivedTables(file);
    const rebuilt = await openJournal({ file });
    expect(await rebuilt.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
    expect(await rebuilt.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
  });
});

describe('backing up', () => {
  it('creates a separate, valid journal while the original is written', async () => {
    const journal = await openJournal();
    await recorded(journal, SAMPLE.slice(0, 400));
    const target = join(temporaryFolder(), 'backup.db');
    const backup = journal.audit.backup(target);
    journal.append(SAMPLE.slice(400, 500));
    await backup;
    await journal.durable(500);
    const restored = await openJournal({ file: target });
    expect(restored.storeId).toBe(journal.storeId);
    const { revision } = restored.head();
    expect(revision).toBeGreaterThanOrEqual(400);
    expect(await restored.audit.verify({ wholeFile: true })).toMatchObject({ checkedCount: revision, isGood: true });
    expect(await restored.audit.rebuildEquals()).toMatchObject({ equal: true });
    expect(existsSync(`${target}.partial`)).toBe(false);
  });

  it('rejects the live file, an existing file, and an unwritable path, and changes nothing', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    await recorded(journal, SAMPLE.slice(0, 50));
    const taken = join(temporaryFolder(), 'taken');
    copyFileSync(file, taken);
    const before = readFileSync(taken);
    for (const target of [file, taken, join(taken, 'below', 'a-file')]) {
      const refusal = { reason: 'wrong-backup', message: expect.stringContaining(target) };
      await expect(journal.audit.backup(target)).rejects.toMatchObject(refusal);
    }
    expect(readFileSync(taken)).toEqual(before);
    expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ checkedCount: 50, isGood: true });
    rmSync(taken);
    await journal.audit.backup(taken);
    const copy = new Database(taken, { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM event').pluck().get()).toBe(50);
    copy.close();
  });
});

describe('a temporary copy', () => {
  it('reports its progress, and is removed when its client is gone', async () => {
    const file = temporaryFile();
    const clock = new FakeClock();
    const startReader = () => {
      const port = sameThread.startReader();
      const backUp: typeof port.backUp = async (target) => {
        writeFileSync(`${target}.partial`, Buffer.alloc(8_192));
        clock.advance(1_000);
        return port.backUp(target);
      };
      return { ...port, backUp };
    };
    const journal = await openJournal({ file, clock, threads: { ...sameThread, startReader } });
    await recorded(journal, SAMPLE.slice(0, 400));
    const progress: [number, number][] = [];
    const copy = await journal.audit.copy('a', (done, total) => progress.push([done, total]));
    const [first, ...later] = progress;
    expect(first?.[0]).toBe(8_192);
    expect(first?.[1]).toBeGreaterThan(8_192);
    expect(later.at(-1)).toEqual([copy.bytes, copy.bytes]);
    await copy.remove();
    expect(clock.pendingCount).toBe(0);

    const failed = journal.audit.copy('b', () => {
      throw new Error('the client is gone');
    });
    await expect(failed).rejects.toThrow('the client is gone');
    expect(readdirSync(dirname(file)).filter((name) => name.includes('copy'))).toEqual([]);
  });
});

/** Parses one line of CSV (RFC 4180). */
function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
