/** Queries for events: each filter returns what a naive filter over all events returns, and reads a bounded number of rows. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventQuery } from '../../coordinator/journal/read/event-query.ts';
import { streamSql } from '../../coordinator/journal/read/event-streams.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { KINDS, TRIGGERS } from '../../shared/journal-format/vocabulary.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { anyEvent, CAUSE, decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

/** Absent half the time, so that most queries have few filters and find something. */
const SPARSE = { nil: undefined, freq: 2 };
const query: fc.Arbitrary<EventQuery> = fc.record({
  node: fc.option(fc.constantFrom('node-1', 'node-2', 'nœud-4', 'unknown'), SPARSE),
  daemonSet: fc.option(
    fc.constantFrom('logging/fluentd', 'other/fluentd', { name: 'fluentd' }, { name: 'kube-proxy' }, 'no/such'),
    SPARSE,
  ),
  kinds: fc.option(fc.uniqueArray(fc.constantFrom(...KINDS.words), { maxLength: 3 }), SPARSE),
  namespace: fc.option(fc.constantFrom('logging', 'kube-system', 'nowhere'), SPARSE),
  triggers: fc.option(fc.uniqueArray(fc.constantFrom(...TRIGGERS.words), { maxLength: 3 }), SPARSE),
  causeRevision: fc.option(fc.integer({ min: 1, max: 6 }), SPARSE),
  sinceMs: fc.option(fc.integer({ min: 0, max: 450 }), SPARSE),
  untilMs: fc.option(fc.integer({ min: 0, max: 450 }), SPARSE),
  beforeRevision: fc.option(fc.integer({ min: 0, max: 400 }), SPARSE),
  afterRevision: fc.option(fc.integer({ min: 0, max: 400 }), SPARSE),
  limit: fc.integer({ min: 0, max: 50 }),
  oldestFirst: fc.boolean(),
});

function filtered(events: readonly JournalEvent[], request: EventQuery): JournalEvent[] {
  const found = events.filter((event) => {
    const daemonSet = 'daemonSet' in event ? event.daemonSet : undefined;
    const isDaemonSet =
      typeof request.daemonSet === 'object'
        ? daemonSet?.split('/')[1] === request.daemonSet.name
        : daemonSet === request.daemonSet;
    return (
      (request.node === undefined || ('node' in event && event.node === request.node)) &&
      (request.daemonSet === undefined || isDaemonSet) &&
      (request.namespace === undefined || daemonSet?.split('/')[0] === request.namespace) &&
      (request.triggers === undefined || request.triggers.includes(event.cause.trigger)) &&
      (request.causeRevision === undefined || event.cause.revision === request.causeRevision) &&
      event.recordedMs >= (request.sinceMs ?? 0) &&
      event.recordedMs < (request.untilMs ?? Number.POSITIVE_INFINITY) &&
      (request.kinds === undefined || request.kinds.includes(event.kind)) &&
      event.revision < (request.beforeRevision ?? Number.POSITIVE_INFINITY) &&
      event.revision > (request.afterRevision ?? 0)
    );
  });
  return (request.oldestFirst === true ? found : found.reverse()).slice(0, request.limit);
}

describe('a query for events', () => {
  it('returns exactly the matching events, even when a page may examine only a few rows', async () => {
    const clock = new FakeClock(0);
    const journal = await openJournal({ clock, limits: { lookUpRowsMax: 7 } });
    const all: JournalEvent[] = [];
    journal.onDurable((_revision, events) => all.push(...events));
    for (const [index, event] of fc.sample(anyEvent, { numRuns: 400, seed: 1 }).entries()) {
      clock.advance(index % 2);
      // The first few rows cause some of the others.
      const revision = index < 6 ? 0 : index % 7;
      journal.append([{ ...event, cause: { ...event.cause, revision } }]);
    }
    await journal.durable(400);
    await fc.assert(
      fc.asyncProperty(query, async (request) => {
        expect(await journal.events(request)).toEqual(filtered(all, request));
      }),
      { numRuns: 600 },
    );
  });

  it('examines a bounded number of rows per page, and returns where the next page starts', async () => {
    const journal = await openJournal({ limits: { lookUpRowsMax: 4 } });
    const events = Array.from({ length: 10 }, () => decision());
    await journal.durable(journal.append([decision({ cause: { ...CAUSE, trigger: 'operator' } }), ...events]) + 10);
    const first = await journal.eventPage({ triggers: ['operator'], kinds: ['decision'], limit: 5 });
    expect(first).toEqual({ events: [], continueAt: 8, prunedThrough: 0 });
    const found = await journal.events({ triggers: ['operator'], kinds: ['decision'], limit: 5 });
    expect(found.map((event) => event.revision)).toEqual([1]);
  });

  it('returns pages without gaps or duplicates while rows are added', async () => {
    const journal = await openJournal();
    journal.append(Array.from({ length: 25 }, () => decision()));
    await journal.durable(25);
    const seen: number[] = [];
    let page = await journal.events({ node: 'node-1', limit: 10 });
    while (page.length > 0) {
      seen.push(...page.map((event) => event.revision));
      await journal.durable(journal.append([decision()]));
      page = await journal.events({ node: 'node-1', limit: 10, beforeRevision: seen.at(-1) });
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
  });

  it('never returns more than its limit', async () => {
    const journal = await openJournal({ limits: { queryEventsMax: 3 } });
    await journal.durable(journal.append(Array.from({ length: 5 }, () => decision())) + 4);
    expect(await journal.events({ limit: 1_000 })).toHaveLength(3);
    expect(await journal.eventsAt([1, 2, 3, 4, 5])).toHaveLength(3);
  });

  it('is rejected when it covers too many DaemonSets', async () => {
    const journal = await openJournal({ limits: { queryDaemonSetsMax: 2 } });
    const events = ['a/x', 'b/x', 'c/x'].map((daemonSet) => decision({ daemonSet }));
    await journal.durable(journal.append(events) + 2);
    const refusal = { reason: 'too-broad', message: 'the query covers more than 2 DaemonSets; select one of them' };
    await expect(journal.events({ daemonSet: { name: 'x' }, limit: 5 })).rejects.toMatchObject(refusal);
    await expect(journal.events({ node: 'node-1', limit: 5 })).rejects.toMatchObject(refusal);
    await expect(journal.history.placementsOfNodeAt('node-1', 3)).rejects.toMatchObject(refusal);
    expect(await journal.events({ daemonSet: 'b/x', limit: 5 })).toHaveLength(1);
  });

  it('returns the rows of the requested revisions in that order, without those that do not exist', async () => {
    const journal = await openJournal();
    await journal.durable(journal.append([decision(), decision(), decision()]) + 2);
    const events = await journal.eventsAt([3, 99, 1]);
    expect(events.map((event) => event.revision)).toEqual([3, 1]);
  });

  it.each([
    ['event_by_node', 'node_id = 1 AND kind = 2 AND kind <> 1'],
    ['event_by_pair', 'kind = 1 AND daemon_set_id = 1 AND node_id = 1'],
    ['event_by_daemon_set', 'daemon_set_id = 1 AND kind = 1'],
    ['event_by_kind', 'kind = 7 AND kind <> 1'],
    ['event_by_cause', 'cause_seq = 1 AND cause_seq > 0'],
    ['event_by_trigger', 'cause_trigger = 4 AND cause_trigger > 2'],
    ['none', 'true'],
  ] as const)('reads a page in order from the index %s (%s), without sorting', async (index, where) => {
    const file = temporaryFile();
    await (await openJournal({ file })).close();
    const database = new Database(file, { readonly: true });
    const sql = `EXPLAIN QUERY PLAN ${streamSql({ index, where }, false)}`;
    const plan = database
      .prepare<number[], { detail: string }>(sql)
      .all(0, 9, 5)
      .map(({ detail }) => detail);
    expect(plan).toHaveLength(1);
    expect(plan[0]).toMatch(index === 'none' ? /INTEGER PRIMARY KEY/ : new RegExp(`SEARCH event USING .* ${index} `));
    database.close();
  });
});
