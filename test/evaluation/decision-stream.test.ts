/** The stream of durable decisions: order, slow and failing subscribers, and the decision log. */
import { expect, test } from 'vitest';
import { decisionLog } from '../../coordinator/evaluation/decision-log.ts';
import { type DecisionBatch, DecisionStream } from '../../coordinator/evaluation/decision-stream.ts';
import { DECISION_BACKLOG_MAX } from '../../coordinator/limits.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { createLogger } from '../../shared/logging.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { eventually } from '../fakes/eventually.ts';

interface LogLine {
  readonly level: string;
  readonly message: string;
}

function newStream() {
  const logged: LogLine[] = [];
  const write = (line: string) => void logged.push(JSON.parse(line) as LogLine);
  const log = createLogger({ program: 'test', level: 'debug', format: 'json', destination: { write } });
  return { stream: new DecisionStream(log), log, logged };
}

function decision(revision: number, from: Verdict | null = 'none', to: Verdict | null = 'run'): JournalEvent {
  const cause = { trigger: 'node-report', revision: 1, actor: 'agent' } as const;
  const pair = { node: 'n1', daemonSet: 'default/a' } as const;
  return { kind: 'decision', ...pair, from, to, engineVersion: '1', occurredMs: 0, cause, revision, recordedMs: 0 };
}

function daemonSetRemoved(revision: number): JournalEvent {
  const cause = { trigger: 'daemon-set-change', revision: 0, actor: 'user' } as const;
  const change = { action: 'removed', daemonSet: 'default/a', record: null, problems: [], changes: [] } as const;
  return { kind: 'daemon-set', ...change, occurredMs: 0, cause, revision, recordedMs: 0 };
}

/** Keeps the batches; while it is paused, it does not finish the batch that it was given. */
class RecordingSubscriber {
  readonly name = 'recorder';
  readonly batches: DecisionBatch[] = [];
  isPaused = false;
  #resume = () => {};

  decided(batch: DecisionBatch): void | Promise<void> {
    this.batches.push(batch);
    if (this.isPaused) return new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.isPaused = false;
    this.#resume();
  }

  get revisions(): number[][] {
    return this.batches.map(({ decisions }) => decisions.map(({ revision }) => revision));
  }
}

test('delivers the decisions of each commit to every subscriber, in order', () => {
  const { stream } = newStream();
  const subscribers = [new RecordingSubscriber(), new RecordingSubscriber()];
  for (const subscriber of subscribers) stream.subscribe(subscriber);
  stream.publish(3, [daemonSetRemoved(1), decision(2), decision(3)]);
  stream.publish(4, [decision(4)]);
  for (const { revisions } of subscribers) expect(revisions).toEqual([[2, 3], [4]]);
});

test('reports the durable revision of a commit without decisions', () => {
  const { stream } = newStream();
  const subscriber = new RecordingSubscriber();
  stream.subscribe(subscriber);
  stream.publish(1, [daemonSetRemoved(1)]);
  expect(subscriber.batches).toEqual([{ revision: 1, decisions: [], hasGap: false }]);
});

test('delivers nothing after a subscription has ended', async () => {
  const { stream } = newStream();
  const subscriber = new RecordingSubscriber();
  subscriber.isPaused = true;
  const unsubscribe = stream.subscribe(subscriber);
  stream.publish(1, [decision(1)]);
  stream.publish(2, [decision(2)]);
  unsubscribe();
  subscriber.resume();
  stream.publish(3, [decision(3)]);
  await Promise.resolve();
  expect(subscriber.revisions).toEqual([[1]]);
});

test('merges the commits that a slow subscriber waits for, and delays no other subscriber', async () => {
  const { stream } = newStream();
  const [slow, fast] = [new RecordingSubscriber(), new RecordingSubscriber()];
  slow.isPaused = true;
  stream.subscribe(slow);
  stream.subscribe(fast);
  for (const revision of [1, 2, 3]) stream.publish(revision, [decision(revision)]);
  expect(slow.revisions).toEqual([[1]]);
  expect(fast.revisions).toEqual([[1], [2], [3]]);
  slow.resume();
  await eventually(() => slow.batches.length === 2);
  expect(slow.batches[1]).toMatchObject({ revision: 3, hasGap: false });
  expect(slow.revisions[1]).toEqual([2, 3]);
});

test('reports a gap to a subscriber with too many waiting decisions', async () => {
  const { stream, logged } = newStream();
  const subscriber = new RecordingSubscriber();
  subscriber.isPaused = true;
  stream.subscribe(subscriber);
  stream.publish(1, [decision(1)]);
  const backlog = Array.from({ length: DECISION_BACKLOG_MAX }, (_, index) => decision(index + 2));
  stream.publish(DECISION_BACKLOG_MAX + 1, backlog);
  stream.publish(DECISION_BACKLOG_MAX + 2, [decision(DECISION_BACKLOG_MAX + 2)]);
  stream.publish(DECISION_BACKLOG_MAX + 3, [decision(DECISION_BACKLOG_MAX + 3)]);
  subscriber.resume();
  await eventually(() => subscriber.batches.length === 2);
  expect(subscriber.batches[1]).toMatchObject({ revision: DECISION_BACKLOG_MAX + 3, hasGap: true });
  expect(subscriber.revisions[1]).toEqual([DECISION_BACKLOG_MAX + 3]);
  expect(logged).toMatchObject([{ level: 'warn', droppedCount: DECISION_BACKLOG_MAX + 1 }]);
  stream.publish(DECISION_BACKLOG_MAX + 4, []);
  expect(subscriber.batches[2]).toMatchObject({ hasGap: false });
});

test.each([
  [
    'throws',
    () => {
      throw new Error('out of order');
    },
  ],
  ['rejects', () => Promise.reject(new Error('out of order'))],
])('logs a subscriber that %s, reports the gap to it, and continues with every subscriber', async (_, fail) => {
  const { stream, logged } = newStream();
  const batches: DecisionBatch[] = [];
  stream.subscribe({
    name: 'enactment',
    decided(batch) {
      batches.push(batch);
      return batches.length === 1 ? fail() : undefined;
    },
  });
  const healthy = new RecordingSubscriber();
  stream.subscribe(healthy);
  stream.publish(1, [decision(1)]);
  await eventually(() => logged.length > 0);
  stream.publish(2, [decision(2)]);
  stream.publish(3, [decision(3)]);
  expect(batches.map(({ hasGap }) => hasGap)).toEqual([false, true, false]);
  expect(healthy.revisions).toEqual([[1], [2], [3]]);
  expect(logged).toMatchObject([{ level: 'error', subscriber: 'enactment', revision: 1 }]);
});

test('logs a changed decision at level info and a first decision at level debug', () => {
  const { stream, log, logged } = newStream();
  stream.subscribe(decisionLog(log));
  stream.publish(2, [decision(1, null, 'run'), decision(2, 'run', 'none')]);
  const pair = { message: 'decision changed', node: 'n1', daemonSet: 'default/a', trigger: 'node-report', cause: 1 };
  expect(logged).toMatchObject([
    { level: 'debug', ...pair, from: null, to: 'run', revision: 1 },
    { level: 'info', ...pair, from: 'run', to: 'none', revision: 2 },
  ]);
});
