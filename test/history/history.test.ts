/** Events, differences and timelines over real gRPC. */
import { expect, test } from 'vitest';
import type { ListEventsRequest } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { Span__Output } from '../../shared/rpc/generated/rollcall/v1/Span.ts';
import { timeFromWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { SpokenAgent } from '../agents/scripted-agent.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFile } from '../journal/open-journal.ts';
import {
  addDaemonSet,
  addNode,
  ask,
  failure,
  Query,
  type RunningCoordinator,
  startTestCoordinator,
  Watch,
} from '../server/running-coordinator.ts';

const durable = ({ coordinator }: RunningCoordinator) =>
  coordinator.journal.durable(coordinator.journal.nextRevision - 1);

async function revisions({ query }: RunningCoordinator, request: ListEventsRequest): Promise<number[]> {
  const found: number[] = [];
  let pageToken = '';
  do {
    const page = await ask(query, Query.ListEvents, { ...request, pageSize: 2, pageToken });
    found.push(...page.events.map(({ revision }) => Number(revision)));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}

test('events are filtered by namespace, trigger, cause, actor and time, in any combination and both directions', async () => {
  const running = await startTestCoordinator();
  const { coordinator, clock } = running;
  clock.advance(1_000);
  const sinceMs = clock.nowMs();
  addNode(coordinator, 'n1', { zone: 'a' });
  addDaemonSet(coordinator, 'default/zonal', { nodeSelector: { zone: 'a' } });
  await durable(running);
  clock.advance(1_000);
  coordinator.evaluator.nodeRemoved('n1', 'alice');
  await durable(running);
  const all = await coordinator.journal.events({ limit: 1_000, oldestFirst: true });
  const causes = all.filter(({ kind }) => kind === 'daemon-set').map(({ revision }) => revision);
  const cases: [ListEventsRequest, (event: (typeof all)[number]) => boolean][] = [
    [{ namespace: 'kube-system' }, (event) => 'daemonSet' in event && event.daemonSet.startsWith('kube-system/')],
    [{ triggers: ['TRIGGER_NODE_CHANGE'] }, ({ cause }) => cause.trigger === 'node-change'],
    [{ causeRevision: String(causes.at(-1)) }, ({ cause }) => cause.revision === causes.at(-1)],
    [{ actor: 'alice' }, ({ cause }) => cause.actor === 'alice'],
    [{ sinceTime: timeToWire(sinceMs) }, ({ recordedMs }) => recordedMs >= sinceMs],
    [{ untilTime: timeToWire(sinceMs) }, ({ recordedMs }) => recordedMs < sinceMs],
    [
      { actor: 'nodes.yaml', kinds: ['EVENT_KIND_NODE'], sinceTime: timeToWire(sinceMs), nodeName: 'n1' },
      (event) =>
        event.kind === 'node' &&
        event.node === 'n1' &&
        event.cause.actor === 'nodes.yaml' &&
        event.recordedMs >= sinceMs,
    ],
  ];
  for (const [request, isWanted] of cases) {
    const expected = all.filter(isWanted).map(({ revision }) => revision);
    expect(expected).not.toEqual([]);
    expect(await revisions(running, { ...request, oldestFirst: true })).toEqual(expected);
    expect(await revisions(running, request)).toEqual(expected.toReversed());
  }
});

test('a watch sends exactly the events that match its filter', async () => {
  const running = await startTestCoordinator();
  const watch = new Watch(running, { afterRevision: '0', actor: 'kube-system/b.yaml', namespace: 'kube-system' });
  const newest = running.coordinator.journal.durableRevision;
  await eventually(() => watch.bookmarks.at(-1) === newest);
  const events = await running.coordinator.journal.events({ namespace: 'kube-system', limit: 100, oldestFirst: true });
  const expected = events.filter(({ cause }) => cause.actor === 'kube-system/b.yaml').map(({ revision }) => revision);
  expect(expected).not.toEqual([]);
  expect(watch.revisions).toEqual(expected);
});

test('a watch that resumes at a coordinator restored from an older backup misses no event recorded since', async () => {
  const backup = temporaryFile();
  const before = await startTestCoordinator();
  await before.coordinator.journal.audit.backup(backup);
  const copied = before.coordinator.journal.durableRevision;
  before.clock.advance(1_000);
  for (const zone of ['a', 'b', 'c']) addNode(before.coordinator, 'n1', { zone });
  const seen = before.coordinator.journal.nextRevision - 1;
  const first = new Watch(before, { afterRevision: '0' });
  await eventually(() => first.bookmarks.at(-1) === seen);
  const afterRecordTime = first.bookmarkTime;
  expect(timeFromWire(afterRecordTime)).toBe(before.clock.nowMs());

  const after = await startTestCoordinator({
    journal: { file: backup, clock: new FakeClock(before.clock.nowMs() + 1_000) },
  });
  for (const count of [1, 2, 3, 4, 5]) addNode(after.coordinator, 'n2', { count: String(count) });
  const newest = after.coordinator.journal.nextRevision - 1;
  expect(newest).toBeGreaterThan(seen);
  for (const afterRevision of [String(seen), String(newest + 7)]) {
    const second = new Watch(after, { afterRevision, afterRecordTime });
    await eventually(() => second.bookmarks.at(-1) === newest);
    expect(second.bookmarks[0]).toBe(copied);
    expect(second.revisions).toEqual(Array.from({ length: newest - copied }, (_, index) => copied + 1 + index));
  }
  const same = new Watch(before, { afterRevision: String(seen), afterRecordTime });
  await eventually(() => same.bookmarks.length > 0);
  expect(same.bookmarks[0]).toBe(seen);
});

test('an invalid filter is rejected with the reason', async () => {
  const { query, clock } = await startTestCoordinator();
  const now = clock.nowMs();
  const cases: [ListEventsRequest, string, string][] = [
    [
      { sinceTime: timeToWire(now + 1_000) },
      'NOT_RECORDED_YET',
      "the coordinator's clock shows 2026-03-14T15:09:26.000Z",
    ],
    [
      { untilTime: timeToWire(now + 1_000) },
      'NOT_RECORDED_YET',
      'until_time 2026-03-14T15:09:27.000Z is in the future',
    ],
    [
      { sinceTime: timeToWire(now), untilTime: timeToWire(now) },
      'ARGUMENT_INVALID',
      'since_time must be earlier than until_time',
    ],
    [{ causeRevision: '-1' }, 'ARGUMENT_INVALID', 'cause_revision is -1'],
    [{ nodeName: 'typo' }, 'UNKNOWN_NODE', 'node typo does not appear in the journal'],
    [{ namespace: 'typo' }, 'UNKNOWN_DAEMON_SET', 'a DaemonSet in namespace typo does not appear in the journal'],
    [{ daemonSet: { name: 'typo' } }, 'UNKNOWN_DAEMON_SET', 'DaemonSet typo does not appear in the journal'],
  ];
  for (const [request, reason, words] of cases) {
    const error = await failure(ask(query, Query.ListEvents, request));
    expect([error.reason, error.message]).toEqual([reason, expect.stringContaining(words) as string]);
  }
});

test('a list of events that reaches the retention horizon returns it, and one before it is rejected', async () => {
  const running = await startTestCoordinator({ journal: { limits: { retainedRowsMin: 0 } } });
  const { coordinator, clock, query } = running;
  const horizon = coordinator.journal.durableRevision;
  const beganMs = clock.nowMs();
  clock.advance(10_000);
  addNode(coordinator, 'n1', { zone: 'a' });
  await durable(running);
  await coordinator.journal.prune({ retainMs: 5_000 });
  const withHorizon = { horizon: { revision: String(horizon) } };
  expect(await ask(query, Query.ListEvents, {})).toMatchObject(withHorizon);
  expect(await ask(query, Query.ListEvents, { oldestFirst: true })).toMatchObject(withHorizon);
  const later = await ask(query, Query.ListEvents, { sinceTime: timeToWire(beganMs + 1) });
  expect([later.horizon, later.events.length]).toEqual([null, coordinator.journal.durableRevision - horizon]);
  const before = await failure(ask(query, Query.ListEvents, { untilTime: timeToWire(beganMs) }));
  expect(before.reason).toBe('BEFORE_RETENTION');
});

test('if events are pruned between pages, paging back ends at the horizon and paging forward is rejected', async () => {
  const running = await startTestCoordinator({ journal: { limits: { retainedRowsMin: 0 } } });
  const { coordinator, clock, query } = running;
  clock.advance(10_000);
  addNode(coordinator, 'n4');
  await durable(running);
  const newest = coordinator.journal.durableRevision;
  const first = { pageSize: 2 };
  const upToNow = { ...first, untilTime: timeToWire(clock.nowMs()) };
  const forwards = { ...first, oldestFirst: true };
  const begun = [];
  for (const request of [first, upToNow, forwards])
    begun.push({ request, page: await ask(query, Query.ListEvents, request) });
  expect(begun.map(({ page }) => page.horizon)).toEqual([null, null, null]);
  clock.advance(10_000);
  addNode(coordinator, 'n5');
  await durable(running);
  await coordinator.journal.prune({ retainMs: 5_000 });
  const horizon = { revision: String(newest) };
  const [back, backFromThen, on] = begun.map(({ request, page }) => {
    return () => ask(query, Query.ListEvents, { ...request, pageToken: page.nextPageToken });
  });
  expect(await back?.()).toMatchObject({ events: [], nextPageToken: '', horizon });
  expect(await backFromThen?.()).toMatchObject({ events: [], nextPageToken: '', horizon });
  const { reason, metadata } = await failure(Promise.resolve(on?.()));
  expect([reason, metadata.revision]).toEqual(['BEFORE_RETENTION', horizon.revision]);
});

test('differences between two moments contain each pair once, with its last decision', async () => {
  const running = await startTestCoordinator();
  const { coordinator, query } = running;
  const from = { revision: String(coordinator.journal.durableRevision) };
  addDaemonSet(coordinator, 'default/a', { nodeSelector: { zone: 'a' } });
  addNode(coordinator, 'n2', { zone: 'a' });
  addNode(coordinator, 'n4');
  coordinator.evaluator.nodeRemoved('n3', 'nodes.yaml');
  await durable(running);
  const to = { revision: String(coordinator.journal.durableRevision) };
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await ask(query, Query.DiffPlacements, { from, to, pageSize: 2, pageToken });
    expect([page.from?.revision, page.to?.revision]).toEqual([from.revision, to.revision]);
    for (const { daemonSet, node, before, after, decision, decisionCount } of page.differences) {
      expect(decision).toMatchObject({ kind: 'EVENT_KIND_DECISION', node: { name: node?.name } });
      seen.push(`${daemonSet?.name} ${node?.name} ${before} ${after} ${decisionCount} ${decision?.cause?.actor}`);
    }
    pageToken = page.nextPageToken;
    addNode(coordinator, `later-${seen.length}`);
  } while (pageToken !== '');
  expect(seen).toEqual([
    'a n1 VERDICT_RUN VERDICT_NONE 1 default/a.yaml',
    'a n3 VERDICT_RUN VERDICT_UNSPECIFIED 2 nodes.yaml',
    'a n4 VERDICT_UNSPECIFIED VERDICT_NONE 1 nodes.yaml',
    'b n3 VERDICT_RUN VERDICT_UNSPECIFIED 1 nodes.yaml',
    'b n4 VERDICT_UNSPECIFIED VERDICT_RUN 1 nodes.yaml',
  ]);
  const ofNode = await ask(query, Query.DiffPlacements, { from, to, nodeName: 'n4', namespace: 'default' });
  expect(ofNode.differences.map(({ daemonSet }) => daemonSet?.name)).toEqual(['a']);
  const reversed = await failure(ask(query, Query.DiffPlacements, { from: to, to: from }));
  expect([reversed.reason, reversed.message]).toEqual(['ARGUMENT_INVALID', expect.stringContaining('swap') as string]);
  const without = await failure(ask(query, Query.DiffPlacements, { to }));
  expect(without.message).toBe('from is not set; name the earlier moment');
});

test('a timeline contains spans of verdicts, drifts and presence', async () => {
  const running = await startTestCoordinator({ nodes: ['n1', 'n2'], keys: ['default/a'] });
  const { coordinator, clock, query } = running;
  const startMs = clock.nowMs();
  const from = { revision: String(coordinator.journal.durableRevision) };
  const wait = async () => {
    await durable(running);
    clock.advance(10_000);
  };
  await wait();
  const agent = new SpokenAgent(running, 'n1');
  await agent.settled();
  await wait();
  const missing = { daemonSet: 'default/a', kind: 'missing', podName: '', detail: '', sinceMs: clock.nowMs() } as const;
  await agent.applyPodReport([], [missing]);
  await wait();
  await agent.applyPodReport([], []);
  await wait();
  addDaemonSet(coordinator, 'default/a', { nodeSelector: { zone: 'a' } });
  await agent.settled();
  await wait();
  agent.leave();
  await eventually(() => coordinator.sessions.agent('n1')?.session === null);
  clock.advance(40_000);
  await wait();
  coordinator.evaluator.nodeRemoved('n1', 'nodes.yaml');
  await wait();
  const { timelines, to } = await ask(query, Query.ListTimelines, { nodeName: 'n1', from });
  expect(timelines).toHaveLength(1);
  const at = (span: Span__Output | null) => [
    (timeFromWire(span?.startTime) - startMs) / 1_000,
    (timeFromWire(span?.endTime) - startMs) / 1_000,
  ];
  const [timeline] = timelines;
  expect(timeline?.verdicts.map(({ span, verdict }) => [verdict, ...at(span)])).toEqual([
    ['VERDICT_RUN', 0, 40],
    ['VERDICT_NONE', 40, 100],
  ]);
  expect(timeline?.drifts.map(({ span, drift }) => [drift?.kind, ...at(span)])).toEqual([
    ['DRIFT_KIND_MISSING', 20, 30],
  ]);
  // The lease runs from the last message of the agent, its acknowledgement.
  expect(timeline?.presences.map(({ span, presence }) => [presence, ...at(span)])).toEqual([
    ['PRESENCE_NEVER_SEEN', 0, 10],
    ['PRESENCE_PRESENT', 10, 80],
    ['PRESENCE_ABSENT', 80, 100],
  ]);
  expect([timeline?.incomplete, timeFromWire(to?.time)]).toEqual([false, clock.nowMs()]);
  const pages = await ask(query, Query.ListTimelines, { daemonSet: { name: 'a' }, from, pageSize: 1 });
  expect(pages.timelines.map(({ node }) => node?.name)).toEqual(['n1']);
  const { nextPageToken: pageToken } = pages;
  const rest = await ask(query, Query.ListTimelines, { daemonSet: { name: 'a' }, from, pageSize: 1, pageToken });
  expect([rest.timelines.map(({ node }) => node?.name), rest.nextPageToken]).toEqual([['n2'], '']);
  expect((await failure(ask(query, Query.ListTimelines, {}))).message).toContain('name one of them');
});
