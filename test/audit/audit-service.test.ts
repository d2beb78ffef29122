/** The audit service over real gRPC. */
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { eventually } from '../fakes/eventually.ts';
import { openJournal, temporaryFile } from '../journal/open-journal.ts';
import {
  Audit,
  addDaemonSet,
  addNode,
  ask,
  askAll,
  failure,
  type RunningCoordinator,
  startTestCoordinator,
} from '../server/running-coordinator.ts';

async function withHistory(options: Parameters<typeof startTestCoordinator>[0] = {}): Promise<RunningCoordinator> {
  const running = await startTestCoordinator(options);
  addDaemonSet(running.coordinator, 'default/zonal', { nodeSelector: { zone: 'a' } });
  running.clock.advance(1_000);
  addNode(running.coordinator, 'n1', { zone: 'a' });
  addNode(running.coordinator, 'n2', { zone: 'b' });
  await running.coordinator.journal.durable(running.coordinator.journal.nextRevision - 1);
  return running;
}

test('the head is the newest event, and the journal verifies against it until an event is altered', async () => {
  const file = temporaryFile();
  const { audit, coordinator } = await withHistory({ journal: { file } });
  const { head, storeId } = await ask(audit, Audit.GetHead, {});
  expect([head?.revision, storeId]).toEqual([String(coordinator.journal.durableRevision), coordinator.journal.storeId]);
  const verified = async () => (await askAll(audit, Audit.VerifyJournal, { anchor: head })).at(-1)?.report;
  expect(await verified()).toMatchObject({
    valid: true,
    checkedCount: head?.revision,
    head,
    firstInvalidRevision: '0',
    anchor: 'ANCHOR_STATE_MATCHES',
    retainedRows: 'RETAINED_ROWS_STATE_UNSPECIFIED',
    fileProblem: '',
  });
  const other = { revision: head?.revision ?? '', hash: Buffer.alloc(32, 7) };
  const differs = (await askAll(audit, Audit.VerifyJournal, { anchor: other })).at(-1)?.report;
  expect(differs).toMatchObject({ valid: false, anchor: 'ANCHOR_STATE_DIFFERS' });
  alter(file, 'UPDATE event SET lag_ms = lag_ms + 1 WHERE seq = 3');
  expect(await verified()).toMatchObject({ valid: false, firstInvalidRevision: '3', anchor: 'ANCHOR_STATE_MATCHES' });
});

test('a verification reports when it checks the file, unless the file check is skipped', async () => {
  const { audit, coordinator } = await withHistory();
  const lastMessages = async (request: object) => (await askAll(audit, Audit.VerifyJournal, request)).slice(-2);
  const [fileCheck, report] = await lastMessages({});
  expect(fileCheck?.fileCheck).toEqual({ totalBytes: String(coordinator.journal.status().bytes) });
  expect(report?.report?.valid).toBe(true);
  expect((await lastMessages({ skipFileCheck: true })).map(({ item }) => item)).toEqual(['progress', 'report']);
});

/** Bypasses the coordinator and the triggers of the database, as an attacker would. */
function alter(file: string, sql: string): void {
  const database = new Database(file);
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[];
  for (const trigger of triggers) database.exec(`DROP TRIGGER ${trigger}`);
  database.exec(sql);
  database.close();
}

test('an anchor that no journal can have is rejected', async () => {
  const { audit } = await startTestCoordinator();
  const hash = Buffer.alloc(32);
  for (const anchor of [
    { revision: '0', hash },
    { revision: '1', hash: Buffer.alloc(31) },
  ]) {
    const error = await failure(askAll(audit, Audit.VerifyJournal, { anchor }));
    expect([error.reason, error.message]).toEqual(['ARGUMENT_INVALID', expect.stringContaining('anchor.') as string]);
  }
});

test('a replay evaluates all decisions again and reports those with a different verdict', async () => {
  const file = temporaryFile();
  const { audit, coordinator } = await withHistory({ journal: { file } });
  const [report] = await askAll(audit, Audit.ReplayDecisions, {});
  const decisions = await coordinator.journal.events({ kinds: ['decision'], limit: 100 });
  expect(report?.report).toMatchObject({ replayedCount: String(decisions.length), differentCount: '0' });
  const [turned] = decisions;
  // As if another version of the engine had decided.
  alter(file, `UPDATE event SET verdict = 2 WHERE seq = ${turned?.revision}`);
  const [difference, after] = await askAll(audit, Audit.ReplayDecisions, {});
  expect(difference?.difference).toMatchObject({
    decision: { revision: String(turned?.revision), node: { name: 'n1' }, daemonSet: { name: 'zonal' } },
    recorded: 'VERDICT_KEEP',
    replayed: { verdict: 'VERDICT_RUN' },
  });
  expect(difference?.difference?.replayed?.reasons).not.toEqual([]);
  expect(after?.report?.differentCount).toBe('1');
  const elsewhere = await askAll(audit, Audit.ReplayDecisions, { nodeName: 'n2' });
  expect(elsewhere.map(({ item }) => item)).toEqual(['report']);
  const earlier = { range: { throughRevision: String((turned?.revision ?? 0) - 1) } };
  expect((await askAll(audit, Audit.ReplayDecisions, earlier)).map(({ item }) => item)).toEqual(['report']);
});

test('the derived tables are compared with a rebuild, with progress', async () => {
  const file = temporaryFile();
  const { audit, coordinator } = await withHistory({ journal: { file } });
  const total = String(coordinator.journal.durableRevision);
  const messages = await askAll(audit, Audit.CheckDerivedTables, {});
  expect(messages.at(-1)?.report).toMatchObject({ equal: true, differingTables: [] });
  expect(messages.at(-1)?.report?.tables).toContain('placement');
  expect(messages.find(({ item }) => item === 'progress')?.progress).toEqual({ doneCount: total, totalCount: total });
  alter(file, 'UPDATE placement SET verdict = 2');
  const [differs] = (await askAll(audit, Audit.CheckDerivedTables, {})).slice(-1);
  expect(differs?.report).toMatchObject({ equal: false, differingTables: ['placement'] });
});

test('events are exported as text, all or a range', async () => {
  const { audit, coordinator, clock } = await withHistory();
  const text = async (request: object) =>
    (await askAll(audit, Audit.ExportEvents, request)).map((piece) => piece.text).join('');
  const lines = (await text({})).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as JournalEvent);
  expect(events.map(({ revision }) => revision)).toEqual(
    Array.from({ length: coordinator.journal.durableRevision }, (_, index) => index + 1),
  );
  const csv = (await text({ format: 'EXPORT_FORMAT_CSV', range: { afterRevision: '2', throughRevision: '4' } })).split(
    '\r\n',
  );
  expect(csv[0]).toMatch(/^revision,recorded,/);
  expect(csv.slice(1, -1).map((line) => line.split(',')[0])).toEqual(['3', '4']);
  const sinceTime = timeToWire(clock.nowMs());
  const later = (await text({ range: { sinceTime } }))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEvent);
  expect(later.length).toBeGreaterThan(0);
  expect(later.map(({ revision }) => revision)).toEqual(
    events.filter(({ recordedMs }) => recordedMs >= clock.nowMs()).map(({ revision }) => revision),
  );
  const untilTime = sinceTime;
  const earlier = (await text({ range: { untilTime } })).trimEnd().split('\n');
  expect(earlier).toHaveLength(events.length - later.length);
  const future = failure(text({ range: { untilTime: timeToWire(clock.nowMs() + 10_000) } }));
  expect((await future).reason).toBe('NOT_RECORDED_YET');
});

test('a backup is a complete copy of the journal with the announced size and digest, and leaves no file behind', async () => {
  const file = temporaryFile();
  const { audit, coordinator } = await withHistory({ journal: { file } });
  const messages = await askAll(audit, Audit.CreateBackup, {});
  const [progress, { start } = {}] = messages;
  expect(progress?.progress).toEqual({ doneCount: start?.totalBytes, totalCount: start?.totalBytes });
  const bytes = Buffer.concat(messages.flatMap(({ chunk }) => (chunk ? [chunk] : [])));
  expect(String(bytes.length)).toBe(start?.totalBytes);
  expect(messages.at(-1)?.end?.digest).toEqual(createHash('sha256').update(bytes).digest());
  expect(readdirSync(dirname(file)).filter((name) => name.includes('copy'))).toEqual([]);
  const copy = join(dirname(file), 'restored.db');
  writeFileSync(copy, bytes);
  const restored = await openJournal({ file: copy });
  expect([restored.storeId, restored.durableRevision]).toEqual([start?.storeId, coordinator.journal.durableRevision]);
  const anchor = { revision: Number(start?.head?.revision), hash: start?.head?.hash.toString('hex') ?? '' };
  expect(await restored.audit.verify({ anchor, wholeFile: true })).toMatchObject({ isGood: true, anchor: 'matches' });
});

test('the number of audit streams is limited, and a cancelled one makes room for another', async () => {
  const file = temporaryFile();
  const { audit, coordinator } = await withHistory({ journal: { file } });
  const calls = Array.from({ length: 4 }, () => audit.CreateBackup({}));
  for (const call of calls) call.on('error', () => {});
  await eventually(() => coordinator.server.services.audit.audits.count === 4);
  expect((await failure(askAll(audit, Audit.VerifyJournal, {}))).reason).toBe('TOO_MANY_AUDITS');
  for (const call of calls) call.cancel();
  await eventually(() => coordinator.server.services.audit.audits.count === 0);
  expect(readdirSync(dirname(file)).filter((name) => name.includes('copy'))).toEqual([]);
  expect((await askAll(audit, Audit.VerifyJournal, {})).at(-1)?.report?.valid).toBe(true);
});
