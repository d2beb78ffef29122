/** The query service over real gRPC. */
import { expect, test } from 'vitest';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import { eventually } from '../fakes/eventually.ts';
import {
  Admin,
  addDaemonSet,
  addNode,
  ask,
  failure,
  Query,
  startTestCoordinator,
  Watch,
} from '../server/running-coordinator.ts';

test('GetStatus returns the counts of the cluster and the counters of the coordinator', async () => {
  const { query, coordinator } = await startTestCoordinator();
  const status = await ask(query, Query.GetStatus, {});
  expect(status).toMatchObject({
    coordinatorVersion: '1.2.3',
    nodeCount: 3,
    presentNodeCount: 0,
    daemonSetCount: 2,
    complete: false,
    problems: [],
  });
  expect(status.revision).toBe(String(coordinator.journal.durableRevision));
  expect(status.counters.pairsEvaluated).toBe(String(coordinator.counters.pairsEvaluated));
});

test('lists and gets DaemonSets, nodes, placements, drifts and agents', async () => {
  const { query } = await startTestCoordinator();
  const daemonSets = await ask(query, Query.ListDaemonSets, {});
  expect(
    daemonSets.daemonSets.map(({ daemonSet, counts }) => [daemonSet?.name, counts?.selected, counts?.unknown]),
  ).toEqual([
    ['a', 3, 3],
    ['b', 3, 3],
  ]);
  expect((await ask(query, Query.GetDaemonSet, { daemonSet: { name: 'b' } })).daemonSet?.daemonSet?.namespace).toBe(
    'kube-system',
  );
  expect((await ask(query, Query.ListNodes, {})).nodes.map(({ facts }) => facts?.node?.name)).toEqual([
    'n1',
    'n2',
    'n3',
  ]);
  expect((await ask(query, Query.GetNode, { nodeName: 'n2' })).node).toMatchObject({
    selected: 2,
    presence: 'PRESENCE_NEVER_SEEN',
  });
  expect((await ask(query, Query.ListPlacements, { nodeName: 'n2' })).placements.map(({ verdict }) => verdict)).toEqual(
    ['VERDICT_RUN', 'VERDICT_RUN'],
  );
  expect((await ask(query, Query.ListDrifts, { daemonSet: { name: 'a' } })).drifts.map(({ kind }) => kind)).toEqual(
    Array(3).fill('DRIFT_KIND_UNKNOWN'),
  );
  expect((await ask(query, Query.ListAgents, {})).agents.map(({ presence }) => presence)).toEqual(
    Array(3).fill('PRESENCE_NEVER_SEEN'),
  );
});

test('a node whose agent was never seen drifts as unknown since the verdict came into force', async () => {
  const { query, coordinator, clock } = await startTestCoordinator();
  const startedMs = clock.nowMs();
  clock.advance(3_600_000);
  addNode(coordinator, 'young');
  clock.advance(5000);
  const ages = async (nodeName: string) =>
    (await ask(query, Query.ListDrifts, { nodeName })).drifts.map(({ kind, sinceTime }) => [
      kind,
      clock.nowMs() - timeFromWire(sinceTime),
    ]);
  expect(await ages('young')).toEqual(Array(2).fill(['DRIFT_KIND_UNKNOWN', 5000]));
  expect(await ages('n1')).toEqual(Array(2).fill(['DRIFT_KIND_UNKNOWN', clock.nowMs() - startedMs]));
});

test('an explanation contains the reasons and the decision', async () => {
  const { query, coordinator } = await startTestCoordinator();
  addDaemonSet(coordinator, 'default/zonal', { nodeSelector: { zone: 'a' } });
  const answer = await ask(query, Query.ExplainPlacement, { daemonSet: { name: 'zonal' }, nodeName: 'n1' });
  expect(answer.placement?.verdict).toBe('VERDICT_NONE');
  expect(answer.placement?.reasons.filter(({ outcome }) => outcome === 'REASON_OUTCOME_FAILED')).toHaveLength(1);
  expect(answer.decision).toMatchObject({
    kind: 'EVENT_KIND_DECISION',
    cause: { trigger: 'TRIGGER_DAEMON_SET_CHANGE' },
  });
});

test('an unknown node or DaemonSet is named in the error', async () => {
  const { query } = await startTestCoordinator();
  const node = { nodeName: 'n9' };
  const daemonSet = { daemonSet: { namespace: 'default', name: 'nope' } };
  for (const call of [
    ask(query, Query.GetNode, node),
    ask(query, Query.ListPlacements, node),
    ask(query, Query.ListDrifts, node),
    ask(query, Query.ExplainPlacement, { daemonSet: { name: 'a' }, ...node }),
  ]) {
    expect(await failure(call)).toMatchObject({ reason: 'UNKNOWN_NODE', message: 'there is no node n9' });
  }
  for (const call of [
    ask(query, Query.GetDaemonSet, daemonSet),
    ask(query, Query.ListPlacements, daemonSet),
    ask(query, Query.ExplainPlacement, { ...daemonSet, nodeName: 'n1' }),
  ]) {
    expect(await failure(call)).toMatchObject({
      reason: 'UNKNOWN_DAEMON_SET',
      message: 'there is no DaemonSet default/nope',
    });
  }
});

test('a request without a name, or with a namespace only, is rejected', async () => {
  const { query, admin } = await startTestCoordinator();
  expect((await failure(ask(query, Query.GetDaemonSet, {}))).message).toBe('daemon_set.name is empty');
  expect((await failure(ask(query, Query.GetNode, {}))).message).toBe('node_name is empty');
  const half = { daemonSet: { namespace: 'default' } };
  const refusals = await Promise.all(
    [
      ask(query, Query.ListPlacements, half),
      ask(query, Query.ListEvents, half),
      ask(admin, Admin.Reevaluate, half),
    ].map(failure),
  );
  expect(refusals.map(({ message }) => message)).toEqual(refusals.map(() => 'daemon_set.name is empty'));
});

test('an ambiguous DaemonSet name is rejected with the candidates', async () => {
  const { query } = await startTestCoordinator({ keys: ['default/a', 'other/a'] });
  const refusal = await failure(ask(query, Query.GetDaemonSet, { daemonSet: { name: 'a' } }));
  expect(refusal).toMatchObject({
    reason: 'ARGUMENT_INVALID',
    message: expect.stringContaining('default/a, other/a') as string,
  });
});

test('pages of events have no gaps and no duplicates while events are recorded, in both directions', async () => {
  const { query, coordinator } = await startTestCoordinator();
  for (const oldestFirst of [false, true]) {
    const newest = coordinator.journal.nextRevision - 1;
    const seen: number[] = [];
    let pageToken = '';
    do {
      const page = await ask(query, Query.ListEvents, { pageSize: 3, pageToken, oldestFirst });
      seen.push(...(page.events.map(({ revision }) => Number(revision)) ?? []));
      pageToken = page.nextPageToken ?? '';
      if (seen.length < newest) addNode(coordinator, 'n1', { seen: String(seen.length), round: String(oldestFirst) });
    } while (pageToken !== '');
    const ordered = oldestFirst ? seen : seen.toReversed();
    expect(ordered).toEqual(ordered.map((_, index) => index + 1));
    expect(ordered.length).toBeGreaterThanOrEqual(newest);
  }
});

test('events are filtered by node, DaemonSet and kind, and an unknown kind is rejected', async () => {
  const { query } = await startTestCoordinator();
  const page = await ask(query, Query.ListEvents, {
    nodeName: 'n2',
    daemonSet: { name: 'a' },
    kinds: ['EVENT_KIND_DECISION'],
  });
  expect(page.events.map(({ message }) => message)).toEqual(['default/a on n2: new → run']);
  expect((await failure(ask(query, Query.ListEvents, { kinds: ['EVENT_KIND_UNSPECIFIED'] }))).reason).toBe(
    'ARGUMENT_INVALID',
  );
  expect((await failure(ask(query, Query.ListEvents, { kinds: [99 as never] }))).message).toContain('99');
});

test('a watch from a revision sends every later event once, in order, and resumes where another watch ended', async () => {
  const running = await startTestCoordinator();
  const { coordinator } = running;
  const first = new Watch(running, { afterRevision: '2' });
  await eventually(() => first.bookmarks.at(-1) === coordinator.journal.durableRevision);
  first.call.cancel();
  addNode(coordinator, 'n1', { zone: 'a' });
  addDaemonSet(coordinator, 'default/new');
  const second = new Watch(running, { afterRevision: String(first.bookmarks.at(-1)) });
  addNode(coordinator, 'n2', { zone: 'a' });
  const newest = coordinator.journal.nextRevision - 1;
  await eventually(() => second.bookmarks.at(-1) === newest);
  const all = [...first.revisions, ...second.revisions];
  expect(all).toEqual(Array.from({ length: newest - 2 }, (_, index) => index + 3));
});

test('a watch without a revision sends only new events, and bookmarks even if no event matches', async () => {
  const running = await startTestCoordinator();
  const watch = new Watch(running, { nodeName: 'n9' });
  await eventually(() => watch.bookmarks.length > 0);
  addNode(running.coordinator, 'n1', { zone: 'a' });
  const newest = running.coordinator.journal.nextRevision - 1;
  await eventually(() => watch.bookmarks.at(-1) === newest);
  expect(watch.revisions).toEqual([]);
});

test('a watch from a revision in the future, or from a negative one, is rejected', async () => {
  const running = await startTestCoordinator();
  for (const afterRevision of [String(running.coordinator.journal.nextRevision), '9223372036854775807', '-1']) {
    const watch = new Watch(running, { afterRevision });
    await eventually(() => watch.error !== null);
    expect(watch.failure).toMatchObject({
      reason: 'ARGUMENT_INVALID',
      message: expect.stringContaining('after_revision') as string,
    });
  }
});

test('a watch ends with DRAINING when the coordinator stops', async () => {
  const running = await startTestCoordinator();
  const watch = new Watch(running);
  await eventually(() => watch.bookmarks.length > 0);
  const stopped = running.stop();
  await eventually(() => watch.error !== null);
  expect(watch.failure).toMatchObject({ reason: 'DRAINING' });
  await stopped;
});

test('a watcher that reads nothing is disconnected with the revision to resume from, and a slow one is not', async () => {
  const running = await startTestCoordinator();
  const { coordinator, clock } = running;
  const pad = 'x'.repeat(2_000);
  for (let count = 0; count < 1_500; count++) addNode(coordinator, 'n1', { pad: `${pad}${count}` });
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const [stuck, late] = [new Watch(running, { afterRevision: '0' }), new Watch(running, { afterRevision: '0' })];
  stuck.call.pause();
  late.call.pause();
  const waiting = clock.pendingCount;
  await eventually(() => clock.pendingCount === waiting + 2);
  clock.advance(20_000);
  late.call.resume();
  await eventually(() => late.bookmarks.at(-1) === coordinator.journal.durableRevision);
  clock.advance(10_000);
  stuck.call.resume();
  await eventually(() => stuck.error !== null);
  expect(stuck.failure?.reason).toBe('WATCH_TOO_SLOW');
  const resume = Number(stuck.failure?.metadata.revision);
  expect(stuck.bookmarks).toContain(resume);
  expect(late.revisions).toHaveLength(coordinator.journal.durableRevision);
});

test('an answer waits until the journal is durable, and fails if that takes too long', async () => {
  const { query, coordinator, clock } = await startTestCoordinator();
  const status = coordinator.journal.status.bind(coordinator.journal);
  Object.defineProperty(coordinator.journal, 'durable', { value: () => new Promise(() => {}) });
  Object.defineProperty(coordinator.journal, 'status', { value: () => ({ ...status(), problem: 'the disk is full' }) });
  addNode(coordinator, 'n1', { zone: 'a' });
  Object.defineProperty(coordinator.journal, 'durableRevision', { value: 0 });
  for (const call of [
    () => ask(query, Query.GetNode, { nodeName: 'n1' }),
    () => ask(query, Query.ExplainPlacement, { nodeName: 'n1', daemonSet: { name: 'a' } }),
  ]) {
    const waiting = clock.pendingCount;
    const answer = failure(call());
    await eventually(() => clock.pendingCount === waiting + 1);
    clock.advance(10_000);
    expect(await answer).toMatchObject({
      reason: 'JOURNAL_STALLED',
      message: 'the journal cannot write: the disk is full',
    });
  }
});

test('a bug in a handler is logged, and the caller receives an internal error without details', async () => {
  const { query, coordinator, logged } = await startTestCoordinator();
  Object.defineProperty(coordinator.evaluator.table, 'nodeNames', {
    value: () => {
      throw new TypeError('secret of the system');
    },
  });
  const error = await failure(ask(query, Query.ListNodes, {}));
  expect(error.reason).toBe('INTERNAL');
  expect(JSON.stringify([error.message, error.metadata])).not.toContain('secret');
  expect(logged.some((line) => line.includes('secret of the system'))).toBe(true);
});

test('a query that is too broad for the journal is an invalid argument, with the message of the journal', async () => {
  const { query, logged } = await startTestCoordinator({ journal: { limits: { queryDaemonSetsMax: 1 } } });
  expect(await failure(ask(query, Query.GetStatus, { at: { revision: '5' } }))).toMatchObject({
    reason: 'ARGUMENT_INVALID',
    message: 'the query covers more than 1 DaemonSet; select one of them',
  });
  expect(logged.filter((line) => line.includes('bug:'))).toEqual([]);
});
