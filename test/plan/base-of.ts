/** The base of a plan of the coordinator: the state of a real evaluator with an in-memory journal. */

import { Counters } from '../../coordinator/evaluation/counters.ts';
import { Evaluator } from '../../coordinator/evaluation/evaluator.ts';
import type { PlanBase } from '../../shared/answers/plan-placements.ts';
import { defaultDaemonSet } from '../../shared/kubernetes/default-daemon-set.ts';
import type { DaemonSet, Node } from '../../shared/kubernetes/objects.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

export interface BaseOptions {
  readonly daemonSets: readonly DaemonSet[];
  readonly nodes: readonly Node[];
  readonly isSynced?: boolean;
}

export function baseOf({ daemonSets, nodes, isSynced = true }: BaseOptions): PlanBase {
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
    hasInventory: true,
  });
  for (const one of nodes) evaluator.nodeApplied({ facts: nodeFacts(one), source: 'nodes.yaml', actor: '' });
  for (const one of daemonSets) {
    const key = `default/${one.metadata?.name}`;
    const applied = { key, daemonSet: defaultDaemonSet(one), source: 'ds.yaml', actor: '', warnings: [] };
    evaluator.daemonSetApplied(applied);
  }
  if (isSynced) evaluator.synced([]);
  const { table } = evaluator;
  const daemonSetSnapshot = (key: string) => ({
    key,
    placed: table.daemonSet(key) ?? null,
    warnings: [],
    rejections: [],
  });
  return {
    asOf: { revision: recorder.nextRevision - 1, timeMs: clock.nowMs(), recordedMs: 0, isFromJournal: false },
    isSynced: evaluator.isSynced,
    daemonSets: new Map(evaluator.daemonSets.keys().map((key) => [key, daemonSetSnapshot(key)])),
    nodes: new Map(table.nodeNames().map((name) => [name, table.node(name) ?? {}])),
  };
}
