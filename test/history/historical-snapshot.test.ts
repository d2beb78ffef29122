/** Queries about the past over real gRPC: the answer about a moment equals the one that was given then. */
import { expect, test } from 'vitest';
import type { Drift__Output } from '../../shared/rpc/generated/rollcall/v1/Drift.ts';
import type { Moment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { SpokenAgent } from '../agents/scripted-agent.ts';
import { podHealth } from '../fakes/pod-health.ts';
import {
  addDaemonSet,
  addNode,
  ask,
  failure,
  Query,
  type RunningCoordinator,
  startTestCoordinator,
} from '../server/running-coordinator.ts';

/** All answers about a moment, without the heartbeats and counters that only a running coordinator has. */
async function everything({ query }: RunningCoordinator, at?: Moment) {
  const status = await ask(query, Query.GetStatus, { at });
  const daemonSets = await ask(query, Query.ListDaemonSets, { at });
  const nodes = await ask(query, Query.ListNodes, { at });
  const placements = await ask(query, Query.ListPlacements, { at });
  const drifts = await ask(query, Query.ListDrifts, { at });
  const { nodeCount, presentNodeCount, daemonSetCount, rejectedDaemonSetCount, revision, problems } = status;
  return {
    status: { nodeCount, presentNodeCount, daemonSetCount, rejectedDaemonSetCount, revision, problems },
    daemonSets: daemonSets.daemonSets,
    nodes: nodes.nodes.map(({ lastSeenTime: _lastSeenTime, ...node }) => node),
    placements: placements.placements.map((placement) => ({ ...placement, drifts: undated(placement.drifts) })),
    drifts: undated(drifts.drifts),
  };
}

/** The time since when a drift is unknown depends on the start of the coordinator, which no event of a node contains. */
function undated(drifts: readonly Drift__Output[]) {
  return drifts.map((drift) => ({ ...drift, sinceTime: drift.kind === 'DRIFT_KIND_UNKNOWN' ? null : drift.sinceTime }));
}

const pod = (daemonSet: string, changes = {}) => podHealth({ daemonSet, podName: `${daemonSet}-pod`, ...changes });

test('every query about a moment has the answer that it had then', async () => {
  const running = await startTestCoordinator();
  const { coordinator, clock } = running;
  const earlier: { at: Moment; answer: Awaited<ReturnType<typeof everything>> }[] = [];
  const remember = async () => {
    await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
    const answer = await everything(running);
    earlier.push(
      { at: { revision: answer.status.revision }, answer },
      { at: { time: timeToWire(clock.nowMs()) }, answer },
    );
    clock.advance(1_000);
  };
  await remember();
  const n1 = new SpokenAgent(running, 'n1');
  await n1.settled();
  await remember();
  addDaemonSet(coordinator, 'default/nowhere', { nodeSelector: { zone: 'z' } });
  await remember();
  await n1.reportLabels({ zone: 'a' });
  const missing = {
    daemonSet: 'kube-system/b',
    kind: 'missing',
    podName: '',
    detail: '',
    sinceMs: clock.nowMs(),
  } as const;
  await n1.applyPodReport([pod('default/a')], [missing]);
  await remember();
  addDaemonSet(coordinator, 'default/a', { nodeSelector: { zone: 'a' } });
  await n1.settled();
  await remember();
  await n1.applyPodReport([pod('default/a', { ready: false }), pod('kube-system/b')]);
  await remember();
  coordinator.evaluator.daemonSetRejected({
    key: 'default/a',
    source: 'a.yaml:1',
    actor: 'a.yaml',
    problems: [{ code: 'Required', fieldPath: 'spec.selector', message: 'must be set', source: 'a.yaml:1' }],
  });
  addDaemonSet(coordinator, 'default/c');
  await n1.settled();
  await remember();
  const broken = { code: 'Malformed', fieldPath: '', message: 'is not valid YAML', source: 'broken.yaml:3' };
  coordinator.evaluator.problemsChanged([broken]);
  await remember();
  n1.stopAcknowledging();
  addDaemonSet(coordinator, 'default/c', {}, 'v2');
  await remember();
  coordinator.evaluator.problemsChanged([]);
  await remember();
  coordinator.evaluator.nodeRemoved('n3', 'nodes.yaml');
  coordinator.evaluator.daemonSetRemoved('kube-system/b', 'b.yaml');
  await remember();
  n1.leave();
  clock.advance(41_000);
  await remember();
  addNode(coordinator, 'n3', { zone: 'a' });
  await remember();
  for (const { at, answer } of earlier) expect(await everything(running, at)).toEqual(answer);
  const problems = earlier.map(({ answer }) => answer.status.problems);
  expect(problems.flat()).toContain('broken.yaml:3: is not valid YAML');
});

test('an answer contains its moment, and all pages of a list about the past are of the same moment', async () => {
  const running = await startTestCoordinator();
  const { query, coordinator, clock } = running;
  const { asOf: now } = await ask(query, Query.GetStatus, {});
  expect(now).toMatchObject({ fromJournal: false, revision: String(coordinator.journal.durableRevision) });
  expect(now?.time?.seconds).toBe(String(clock.nowMs() / 1000));
  const before = coordinator.journal.durableRevision;
  const time = timeToWire(clock.nowMs());
  clock.advance(5_000);
  const names: string[] = [];
  let pageToken = '';
  do {
    const page = await ask(query, Query.ListNodes, { at: { time }, pageSize: 1, pageToken });
    expect(page.asOf).toMatchObject({ revision: String(before), fromJournal: true, time, recordTime: time });
    names.push(...page.nodes.map(({ facts }) => facts?.node?.name ?? ''));
    pageToken = page.nextPageToken;
    coordinator.evaluator.nodeRemoved(names.at(-1) ?? '', '');
    addNode(coordinator, `a${names.length}`);
  } while (pageToken !== '');
  expect(names).toEqual(['n1', 'n2', 'n3']);
});

test('a page token of one moment is rejected for another', async () => {
  const { query, coordinator } = await startTestCoordinator();
  addNode(coordinator, 'n4');
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const at = { revision: String(coordinator.journal.durableRevision - 1) };
  const { nextPageToken } = await ask(query, Query.ListNodes, { at, pageSize: 1 });
  for (const other of [undefined, { revision: String(coordinator.journal.durableRevision) }]) {
    const error = await failure(ask(query, Query.ListNodes, { at: other, pageSize: 1, pageToken: nextPageToken }));
    expect(error.reason).toBe('PAGE_TOKEN_INVALID');
  }
});

test('an invalid moment is rejected with the reason', async () => {
  const { query, coordinator, clock } = await startTestCoordinator();
  const newest = coordinator.journal.durableRevision;
  const cases: [Moment, string, string][] = [
    [{ revision: '0' }, 'ARGUMENT_INVALID', 'at.revision is 0; use 1 or more'],
    [{ revision: '-5' }, 'ARGUMENT_INVALID', 'at.revision is -5; use 1 or more'],
    [{ revision: String(newest + 1) }, 'NOT_RECORDED_YET', `the newest is ${newest}`],
    [{ time: timeToWire(clock.nowMs() + 1) }, 'NOT_RECORDED_YET', 'in the future'],
    [{ time: timeToWire(clock.nowMs() - 1) }, 'BEFORE_RETENTION', 'is before the first event: the journal begins at'],
  ];
  for (const [at, reason, words] of cases) {
    const calls = [
      ask(query, Query.GetStatus, { at }),
      ask(query, Query.ListDrifts, { at }),
      ask(query, Query.PlanPlacements, { at }),
      ask(query, Query.DiffPlacements, { from: { ...at } }),
    ];
    for (const error of await Promise.all(calls.map(failure))) {
      expect([error.reason, error.message]).toEqual([
        reason,
        expect.stringContaining(words.replace('at.', '')) as string,
      ]);
    }
  }
});

test('what did not exist at a moment is an error, not an empty list', async () => {
  const { query, coordinator } = await startTestCoordinator();
  const at = { revision: String(coordinator.journal.durableRevision) };
  addNode(coordinator, 'later');
  addDaemonSet(coordinator, 'default/later');
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const calls = [
    ask(query, Query.GetNode, { at, nodeName: 'later' }),
    ask(query, Query.ListPlacements, { at, nodeName: 'later' }),
    ask(query, Query.ListDrifts, { at, nodeName: 'later' }),
  ];
  for (const { reason, message } of await Promise.all(calls.map(failure))) {
    expect(reason).toBe('UNKNOWN_NODE');
    expect(message).toMatch(/^there was no node later at revision \d+ \(recorded at 2026-/);
  }
  const { reason, message } = await failure(ask(query, Query.GetDaemonSet, { at, daemonSet: { name: 'later' } }));
  expect([reason, message]).toEqual([
    'UNKNOWN_DAEMON_SET',
    expect.stringMatching(/^there is no DaemonSet later at revision \d+/) as string,
  ]);
});

test('a moment before the retention horizon is rejected with the horizon', async () => {
  const { query, coordinator, clock } = await startTestCoordinator({ journal: { limits: { retainedRowsMin: 0 } } });
  const { journal } = coordinator;
  const horizon = journal.durableRevision;
  const recordTime = new Date(clock.nowMs()).toISOString();
  clock.advance(10_000);
  addNode(coordinator, 'n1', { zone: 'a' });
  await journal.durable(journal.nextRevision - 1);
  await journal.prune({ retainMs: 5_000 });
  const before = { revision: String(horizon - 1) };
  const calls = [
    ask(query, Query.ListNodes, { at: before }),
    ask(query, Query.DiffPlacements, { from: before }),
    ask(query, Query.ListTimelines, { nodeName: 'n1', from: before }),
  ];
  for (const error of await Promise.all(calls.map(failure))) {
    expect([error.reason, error.metadata]).toEqual(['BEFORE_RETENTION', { revision: String(horizon), recordTime }]);
  }
  const at = { revision: String(horizon) };
  expect((await ask(query, Query.ListNodes, { at })).nodes).toHaveLength(3);
  const { horizon: returned } = (await ask(query, Query.GetStatus, {})).journal ?? {};
  expect(returned?.revision).toBe(String(horizon));
});

test('a placement is explained even if its decision is older than the retention horizon', async () => {
  const { query, coordinator, clock } = await startTestCoordinator({ journal: { limits: { retainedRowsMin: 0 } } });
  const { journal } = coordinator;
  const pair = { daemonSet: { name: 'a' }, nodeName: 'n1' };
  const before = await ask(query, Query.ExplainPlacement, pair);
  clock.advance(10_000);
  addNode(coordinator, 'n9');
  await journal.durable(journal.nextRevision - 1);
  await journal.prune({ retainMs: 5_000 });
  expect((await journal.history.horizon()).revision).toBeGreaterThan(Number(before.decision?.revision));
  const after = await ask(query, Query.ExplainPlacement, pair);
  expect(after.placement).toEqual(before.placement);
  expect(after.decision?.revision).toBe(before.decision?.revision);
  expect([before.decisionInputs === null, after.decisionInputs]).toEqual([false, null]);
});

test('a range that ends before it begins is rejected, also between two events', async () => {
  const { query, clock } = await startTestCoordinator();
  const from = { time: timeToWire(clock.nowMs() + 2_000) };
  const to = { time: timeToWire(clock.nowMs() + 1_000) };
  clock.advance(3_000);
  const calls = [
    ask(query, Query.DiffPlacements, { from, to }),
    ask(query, Query.ListTimelines, { nodeName: 'n1', from, to }),
  ];
  for (const { reason, message } of await Promise.all(calls.map(failure))) {
    expect(reason).toBe('ARGUMENT_INVALID');
    expect(message).toMatch(
      /^'from' \(.*Z, revision \d+\) is later than 'to' \(.*Z, revision \d+\); swap the two moments$/,
    );
  }
});

test('a time outside of the years 1 to 9999 is rejected', async () => {
  const { query } = await startTestCoordinator();
  for (const seconds of ['-99999999999999', '99999999999999']) {
    const time = { seconds, nanos: 0 };
    const calls = [ask(query, Query.GetStatus, { at: { time } }), ask(query, Query.ListEvents, { sinceTime: time })];
    const errors = await Promise.all(calls.map(failure));
    expect(errors.map(({ reason, message }) => [reason, message])).toEqual([
      ['ARGUMENT_INVALID', 'at.time is not a valid time; use a time of the years 1 to 9999'],
      ['ARGUMENT_INVALID', 'since_time is not a valid time; use a time of the years 1 to 9999'],
    ]);
  }
});

test('a plan about the past starts from the state at that moment', async () => {
  const { query, coordinator } = await startTestCoordinator();
  const at = { revision: String(coordinator.journal.durableRevision) };
  coordinator.evaluator.daemonSetRemoved('default/a', 'a.yaml');
  addNode(coordinator, 'n9');
  const nodeChanges = [{ nodeName: 'n1', drop: true }];
  const then = await ask(query, Query.PlanPlacements, { at, nodeChanges });
  expect(then.changes.map(({ daemonSet, node }) => `${daemonSet?.name} ${node?.name}`)).toEqual(['a n1', 'b n1']);
  expect([then.revision, then.asOf?.fromJournal]).toEqual([at.revision, true]);
  const now = await ask(query, Query.PlanPlacements, { nodeChanges });
  expect(now.changes.map(({ daemonSet, node }) => `${daemonSet?.name} ${node?.name}`)).toEqual(['b n1']);
});

test('an explanation about the past recomputes the reasons from the state at that moment and contains the decision', async () => {
  const { query, coordinator, clock } = await startTestCoordinator();
  addDaemonSet(coordinator, 'default/zonal', { nodeSelector: { zone: 'a' } });
  clock.advance(1_000);
  addNode(coordinator, 'n1', { zone: 'b' });
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const at = { revision: String(coordinator.journal.durableRevision) };
  addNode(coordinator, 'n1', { zone: 'a' });
  const pair = { daemonSet: { name: 'zonal' }, nodeName: 'n1' };
  const now = await ask(query, Query.ExplainPlacement, pair);
  expect(now.placement?.verdict).toBe('VERDICT_RUN');
  expect(now.causingEvent).toMatchObject({ kind: 'EVENT_KIND_NODE', cause: { actor: 'nodes.yaml' } });
  expect(now.inputs).toEqual(now.decisionInputs);
  const then = await ask(query, Query.ExplainPlacement, { at, ...pair });
  expect(then).toMatchObject({ placement: { verdict: 'VERDICT_NONE' }, state: { verdict: 'VERDICT_NONE' } });
  expect(then.placement?.reasons.find(({ outcome }) => outcome === 'REASON_OUTCOME_FAILED')?.found).toBe('b');
  expect(then.decidedDifferently).toBe(false);
  // Decided when the DaemonSet was added, before the node reported its zone; explained with the zone.
  expect(then.causingEvent?.kind).toBe('EVENT_KIND_DAEMON_SET');
  expect(Number(then.inputs?.nodeRevision)).toBeGreaterThan(Number(then.decisionInputs?.nodeRevision));
  expect(then.inputs?.daemonSetDigest).toEqual(now.inputs?.daemonSetDigest);
  expect(then.inputs?.nodeDigest).not.toEqual(now.inputs?.nodeDigest);
  expect(then.decision?.engineVersion).toBe(then.engineVersion);
});
