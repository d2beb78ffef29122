/** While the journal cannot write, answers contain durable data only; afterwards everything continues. */
import { expect, test } from 'vitest';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { eventually } from '../fakes/eventually.ts';
import { writingTo } from '../fakes/fillable-disk.ts';
import { healthClient, healthOf } from './health-client.ts';
import { addNode, ask, Query, startTestCoordinator } from './running-coordinator.ts';

test('while the journal cannot write, queries return durable data and health reports NOT_SERVING', async () => {
  const disk = { isFull: false };
  const { query, coordinator, clock, address, logged } = await startTestCoordinator({
    journal: { threads: writingTo(disk, sameThread) },
  });
  const health = healthClient(address);
  const known = coordinator.journal.durableRevision;
  disk.isFull = true;
  addNode(coordinator, 'n1', { zone: 'a' });
  await eventually(() => coordinator.journal.status().state === 'stalled');
  clock.advance(1_000);
  expect(await healthOf(health, 'rollcall.v1.AgentService')).toBe('NOT_SERVING');
  expect(await healthOf(health, 'rollcall.v1.QueryService')).toBe('SERVING');
  const status = await ask(query, Query.GetStatus, {});
  expect(status.asOf).toMatchObject({ revision: String(known), fromJournal: true });
  expect(status.journal).toMatchObject({ writable: false, problem: 'database or disk is full' });
  const { node, asOf } = await ask(query, Query.GetNode, { nodeName: 'n1' });
  expect([node?.facts?.labels, asOf?.revision]).toEqual([{}, String(known)]);
  expect((await ask(query, Query.ListEvents, { pageSize: 1 })).events[0]?.revision).toBe(String(known));
  disk.isFull = false;
  await eventually(
    () => coordinator.journal.status().state === 'writing',
    () => clock.advance(1_000),
  );
  clock.advance(1_000);
  expect(await healthOf(health, 'rollcall.v1.AgentService')).toBe('SERVING');
  const after = await ask(query, Query.GetNode, { nodeName: 'n1' });
  expect([after.node?.facts?.labels, after.asOf?.fromJournal]).toEqual([{ zone: 'a' }, false]);
  const messages = logged
    .map((line) => (JSON.parse(line) as { message: string }).message)
    .filter((message) => message.includes('journal can'));
  expect(messages).toEqual([
    'the journal cannot write; queries are answered from durable data, nothing new is accepted',
    'the journal can write again',
  ]);
});

test('the state of the journal is part of the status now, but not of a past status', async () => {
  const { query } = await startTestCoordinator();
  const now = await ask(query, Query.GetStatus, {});
  const then = await ask(query, Query.GetStatus, { at: { revision: now.revision } });
  expect([now.journal?.writable, then.journal]).toEqual([true, null]);
});
