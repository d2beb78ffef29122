/** Intents and outcomes of writes to the cluster, as the journal keeps them. */
import { describe, expect, it } from 'vitest';
import { eventsToWire } from '../../coordinator/history/events-to-wire.ts';
import type { NewEvent, WriteEvent } from '../../shared/journal-format/events.ts';
import type { ClusterWrite } from '../../shared/model/cluster-write.ts';
import { CAUSE, decision, facts } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const WRITE: ClusterWrite = {
  verb: 'delete',
  resource: 'pods',
  name: 'fluentd-x7k2p',
  uid: 'uid',
  reason: 'not-placed',
  detail: '',
};

function write(action: WriteEvent['action'], causeRevision: number, changes: Partial<WriteEvent> = {}): WriteEvent {
  return {
    kind: 'write',
    action,
    occurredMs: 1_000,
    cause: { ...CAUSE, trigger: 'node-change', revision: causeRevision },
    node: 'node-1',
    daemonSet: 'logging/fluentd',
    write: WRITE,
    message: '',
    ...changes,
  };
}

const relabelled: NewEvent = {
  kind: 'node',
  action: 'changed',
  occurredMs: 1_000,
  cause: CAUSE,
  node: 'node-1',
  facts: facts('node-1', 'a'),
  origin: 'inventory',
  source: 'cluster',
  changes: [{ field: 'labels.zone', from: 'b', to: 'a' }],
};

describe('the journal', () => {
  it('lists intents without an outcome when it is opened again', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    await journal.durable(journal.append([write('intended', 0), write('intended', 0, { node: '' })]) + 1);
    await journal.durable(journal.append([write('succeeded', 1)]));
    await journal.close();
    const reopened = await openJournal({ file });
    const { openIntents } = reopened.takeState();
    expect(openIntents).toMatchObject([{ revision: 2, node: '', daemonSet: 'logging/fluentd', write: WRITE }]);
  });
});

describe('the history of writes', () => {
  it('tells what was written, and which change was the reason', async () => {
    const journal = await openJournal();
    const decided = decision({ from: 'run', to: 'none', cause: { ...CAUSE, trigger: 'node-change', revision: 1 } });
    journal.append([relabelled, decided, write('intended', 2)]);
    await journal.durable(
      journal.append([write('succeeded', 3), write('failed', 3, { message: 'too many requests' })]) + 1,
    );
    const events = await journal.events({ limit: 10, oldestFirst: true, kinds: ['write'] });
    const wire = await eventsToWire(journal, events);
    const pod = 'pod fluentd-x7k2p on node-1';
    expect(wire.map(({ message }) => message)).toEqual([
      `${pod} is to be deleted`,
      `${pod} was deleted`,
      `${pod} was not deleted: too many requests`,
    ]);
    for (const { cause } of wire) expect(cause?.message).toBe('node node-1: label zone b → a');
  });

  it('names the state of the pod where a decision is not the reason', async () => {
    const journal = await openJournal();
    const cause = { trigger: 'pod-change', revision: 0, actor: '' } as const;
    const failed: ClusterWrite = { ...WRITE, reason: 'failed-pod', detail: 'Evicted' };
    const created: ClusterWrite = { ...WRITE, verb: 'create', reason: 'no-pod' };
    const events = [
      write('succeeded', 0, { cause, write: failed }),
      write('skipped', 0, { cause, write: created, message: 'dry run' }),
    ];
    await journal.durable(journal.append(events) + 1);
    const wire = await eventsToWire(journal, await journal.events({ limit: 10, oldestFirst: true }));
    expect(wire.map(({ message, cause: why }) => `${message}, because ${why?.message}`)).toEqual([
      'pod fluentd-x7k2p on node-1 was deleted, because the pod failed: Evicted',
      'pod fluentd-x7k2p on node-1 would be created: dry run, because the node should run a pod and has none',
    ]);
  });
});
