/** Queries about earlier revisions, compared with filtering all events up to that revision. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { DecisionEvent, JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { anyEvent, daemonSetRecord, decision, facts } from './events.ts';
import { historicalState } from './historical-state.ts';
import { naiveState } from './naive-state.ts';
import { MANY_FILES_MS, openJournal, temporaryFile } from './open-journal.ts';

async function recorded(journal: Journal, events: readonly NewEvent[]): Promise<JournalEvent[]> {
  const all: JournalEvent[] = [];
  journal.onDurable((_revision, durable) => all.push(...durable));
  journal.append(events);
  await journal.durable(journal.nextRevision - 1);
  return all;
}

describe('the state at an earlier revision', () => {
  it('follows from the events up to that revision', { timeout: MANY_FILES_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 60 }), async (events) => {
        const journal = await openJournal();
        const all = await recorded(journal, events);
        for (let revision = 0; revision <= all.length; revision += 1 + Math.floor(all.length / 10)) {
          const { nodes, daemonSets, placements, pods, drifts } = naiveState(all.slice(0, revision));
          const expected = { nodes, daemonSets, placements, pods, drifts };
          expect(await historicalState(journal, revision)).toEqual(expected);
        }
        await journal.close();
      }),
      { numRuns: 40 },
    );
  });

  it('reads, rebuilds and verifies rows of an earlier version with fewer fields of a DaemonSet', async () => {
    const file = temporaryFile();
    const kept = daemonSetRecord('logging/fluentd', 1);
    // JSON omits undefined fields.
    const record = { ...kept, surge: undefined, needs: undefined, images: undefined } as unknown as DaemonSetRecord;
    const { cause, occurredMs } = decision();
    const base = { kind: 'daemon-set', daemonSet: record.key, problems: [], changes: [], cause, occurredMs } as const;
    const written = await openJournal({ file });
    await recorded(written, [{ ...base, action: 'added', record }]);
    await written.close();
    const journal = await openJournal({ file });
    const expected = [{ key: record.key, record: { ...kept, surge: false, needs: null, images: null } }];
    expect(await journal.history.daemonSetsAt(1)).toMatchObject(expected);
    expect(journal.takeState().daemonSets).toMatchObject(expected);
    expect(await journal.audit.rebuildEquals()).toMatchObject({ equal: true });
    expect(await journal.audit.verify()).toMatchObject({ isGood: true });
  });

  it('returns the placement of a pair with its decision and the inputs of that decision, not later facts', async () => {
    const journal = await openJournal();
    const { cause, occurredMs } = decision();
    const node = (label: string): NewEvent => ({
      kind: 'node',
      action: 'changed',
      node: 'node-1',
      facts: facts('node-1', label),
      origin: 'agent',
      source: '',
      changes: [],
      cause,
      occurredMs,
    });
    const record = daemonSetRecord('logging/fluentd', 1);
    const daemonSet = record.key;
    const added: NewEvent = {
      kind: 'daemon-set',
      action: 'added',
      daemonSet,
      record,
      problems: [],
      changes: [],
      cause,
      occurredMs,
    };
    await recorded(journal, [added, node('a'), decision({ cause: { ...cause, revision: 2 } }), node('b')]);
    const answer = await journal.history.placementAt('node-1', daemonSet, 4);
    expect(answer?.placement).toEqual({
      node: 'node-1',
      daemonSet,
      verdict: 'run',
      effectiveRevision: 3,
      sinceMs: 1_000,
    });
    expect(answer?.decision.cause.revision).toBe(2);
    expect(answer?.inputs.node).toMatchObject({ effectiveRevision: 2, facts: { labels: { zone: 'a' } } });
    expect(answer?.inputs.daemonSet).toMatchObject({ effectiveRevision: 1, record: { digest: record.digest } });
    expect(await journal.history.placementAt('node-1', daemonSet, 2)).toBeUndefined();
  });

  it('translates a time to the newest revision recorded at or before it', async () => {
    const clock = new FakeClock(1_000);
    const journal = await openJournal({ clock });
    for (const advance of [0, 0, 10, 20]) {
      clock.advance(advance);
      journal.append([decision()]);
    }
    await journal.durable(4);
    clock.advance(70);
    const times = [999, 1_000, 1_009, 1_010, 1_029, 1_030, 1_100];
    expect(await Promise.all(times.map((timeMs) => journal.history.revisionAt(timeMs)))).toEqual([0, 2, 2, 3, 3, 4, 4]);
  });

  it('rejects queries about the future with a message of one line', async () => {
    const journal = await openJournal({ clock: new FakeClock(1_000) });
    const future = { reason: 'not-recorded-yet', message: expect.not.stringContaining('\n') };
    await expect(journal.history.revisionAt(1_001)).rejects.toMatchObject(future);
    await expect(journal.history.placementsOfNodeAt('node-1', 1)).rejects.toMatchObject(future);
  });
});

const anyDecisions = fc.array(
  fc.record({
    node: fc.constantFrom('node-1', 'node-2'),
    daemonSet: fc.constantFrom('logging/fluentd', 'kube-system/proxy'),
    to: fc.constantFrom<Verdict | null>('run', 'keep', 'none', null),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('the difference between two revisions', () => {
  it('consists of every pair whose verdict differs, with its last decision', { timeout: MANY_FILES_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(anyDecisions, fc.nat(), fc.nat(), async (changes, some, other) => {
        const journal = await openJournal();
        const now = new Map<string, Verdict | null>();
        const decisions = changes.map(({ node, daemonSet, to }): DecisionEvent => {
          const from = now.get(`${node} ${daemonSet}`) ?? null;
          now.set(`${node} ${daemonSet}`, to);
          return decision({ node, daemonSet, from, to });
        });
        await recorded(journal, decisions);
        const [first = 0, last = 0] = [some, other].map((n) => n % (changes.length + 1)).sort((a, b) => a - b);
        const found = new Map<string, object>();
        for await (const { node, daemonSet, ...change } of journal.history.diff(first, last)) {
          found.set(`${node} ${daemonSet}`, change);
        }
        expect(found).toEqual(naiveDifference(decisions, first, last));
        await journal.close();
      }),
      { numRuns: 60 },
    );
  });
});

function naiveDifference(decisions: readonly DecisionEvent[], first: number, last: number): Map<string, object> {
  const verdicts = (revision: number) =>
    new Map(decisions.slice(0, revision).map(({ node, daemonSet, to }) => [`${node} ${daemonSet}`, to]));
  const before = verdicts(first);
  const differences = new Map<string, object>();
  for (const [pair, to] of verdicts(last)) {
    const from = before.get(pair) ?? null;
    if (from === to) continue;
    const isBetween = ({ node, daemonSet }: DecisionEvent, index: number) =>
      `${node} ${daemonSet}` === pair && index >= first && index < last;
    const between = decisions.flatMap((event, index) => (isBetween(event, index) ? [index + 1] : []));
    const { cause, occurredMs } = decision();
    const decisionCount = between.length;
    differences.set(pair, { from, to, decisionCount, revision: between.at(-1), occurredMs, cause });
  }
  return differences;
}
