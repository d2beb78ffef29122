/** A coordinator's house as far as a plan reads it: a real evaluator, and a journal that only counts. */
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { Evaluator } from '../../coordinator/evaluation/evaluator.ts';
import type { House } from '../../coordinator/services/house.ts';
import { defaultDaemonSet } from '../../shared/kubernetes/default-daemon-set.ts';
import { nodeFacts } from '../../shared/kubernetes/node-facts.ts';
import type { DaemonSet, Node } from '../../shared/kubernetes/objects.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

export interface HouseOptions {
  readonly daemonSets: readonly DaemonSet[];
  readonly nodes: readonly Node[];
  readonly isSynced?: boolean;
}

export function houseOf({ daemonSets, nodes, isSynced = true }: HouseOptions): House {
  const recorder = {
    nextRevision: 1,
    append(events: readonly unknown[]): number {
      const first = recorder.nextRevision;
      recorder.nextRevision += events.length;
      return first;
    },
  };
  const clock = new FakeClock();
  const evaluator = new Evaluator({
    recorder,
    clock,
    counters: new Counters(),
    listener: { nodesChanged: () => {}, nodeRemoved: () => {} },
    isPresent: () => false,
    hasRoll: true,
  });
  for (const one of nodes) evaluator.nodeApplied({ facts: nodeFacts(one), source: 'nodes.yaml', actor: '' });
  for (const one of daemonSets) {
    const key = `default/${one.metadata?.name}`;
    const applied = { key, daemonSet: defaultDaemonSet(one), source: 'ds.yaml', actor: '', warnings: [] };
    evaluator.daemonSetApplied(applied);
  }
  if (isSynced) evaluator.synced([]);
  // A plan reads nothing else of the house.
  return { evaluator, journal: recorder, clock } as unknown as House;
}
