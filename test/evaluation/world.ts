/** An evaluator over a journal in memory, with short methods for changes of the cluster and reports of agents. */
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { Evaluator } from '../../coordinator/evaluation/evaluator.ts';
import type { JournalState } from '../../coordinator/journal/read/journal-state.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { DaemonSet, PodSpec, Taint } from '../../shared/kubernetes/objects.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import type { NodeUsage } from '../../shared/model/node-usage.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryRecorder } from '../fakes/memory-recorder.ts';
import { naiveState } from '../journal/naive-state.ts';

export interface WorldOptions {
  readonly clock?: FakeClock;
  readonly hasInventory?: boolean;
  /** The durable events of an earlier coordinator. */
  readonly events?: readonly JournalEvent[];
}

export class World {
  readonly clock: FakeClock;
  readonly recorder: MemoryRecorder;
  readonly counters = new Counters();
  readonly evaluator: Evaluator;
  /** Nodes whose agent is present. */
  readonly present = new Set<string>();
  /** Nodes announced as changed, and nodes announced as removed. */
  readonly changed: string[] = [];
  readonly removed: string[] = [];
  #reportSequence = 0;

  constructor({ clock = new FakeClock(), hasInventory = true, events = [] }: WorldOptions = {}) {
    this.clock = clock;
    this.recorder = new MemoryRecorder({ clock, events });
    this.evaluator = new Evaluator({
      recorder: this.recorder,
      clock,
      counters: this.counters,
      hasInventory,
      isPresent: (node) => this.present.has(node),
      listener: {
        nodesChanged: (names) => this.changed.push(...names),
        nodeRemoved: (name) => this.removed.push(name),
      },
    });
    this.evaluator.start(naiveState(events) as JournalState);
  }

  /** Starts another coordinator from what is durable. */
  restart(options: Omit<WorldOptions, 'events' | 'clock'> = {}): World {
    return new World({ ...options, clock: this.clock, events: this.recorder.durableEvents });
  }

  /** Makes everything durable and restarts. */
  restartInOrder(options: Omit<WorldOptions, 'events' | 'clock'> = {}): World {
    this.recorder.commit();
    return this.restart(options);
  }

  applyDaemonSet(
    key: string,
    spec: PodSpec = {},
    changes: { image?: string; uid?: string; minReadySeconds?: number } = {},
  ): void {
    const object = daemonSet(key, spec, changes);
    this.evaluator.daemonSetApplied({
      key,
      daemonSet: object,
      source: `${key}.yaml:1`,
      actor: `${key}.yaml`,
      warnings: [],
    });
  }

  rejectDaemonSet(key: string, message = 'must be set'): void {
    const problem = { code: 'Required', fieldPath: 'spec.selector', message, source: `${key}.yaml:1` };
    this.evaluator.daemonSetRejected({ key, source: `${key}.yaml:1`, actor: `${key}.yaml`, problems: [problem] });
  }

  applyNode(node: NodeFacts): void {
    this.evaluator.nodeApplied({ facts: node, source: `${node.name}.yaml:1`, actor: `${node.name}.yaml` });
  }

  reportNode(node: NodeFacts, problem = ''): void {
    this.clock.advance(1);
    const observedMs = this.clock.nowMs();
    const sequence = ++this.#reportSequence;
    this.evaluator.nodes.applyReport({ facts: node, source: '/etc/node.yaml', observedMs, sequence, problem });
  }

  applyPodReport(
    node: string,
    {
      pods = [],
      drifts = [],
      verifiedRevision = 1,
      usage = null,
    }: { pods?: PodHealth[]; drifts?: Drift[]; verifiedRevision?: number; usage?: NodeUsage | null },
  ): void {
    const observedMs = this.clock.nowMs();
    const sequence = ++this.#reportSequence;
    this.evaluator.nodes.applyPodReport(node, { pods, drifts, observedMs, sequence, verifiedRevision, usage });
  }

  verdict(node: string, key: string): string | undefined {
    return this.evaluator.table.pair(node, key)?.verdict;
  }

  /** The increase of the counters during `act`. */
  costOf(act: () => void): { pairs: number; events: number } {
    const [pairs, events] = [this.counters.pairsEvaluated, this.recorder.events.length];
    act();
    return { pairs: this.counters.pairsEvaluated - pairs, events: this.recorder.events.length - events };
  }
}

export function daemonSet(
  key: string,
  spec: PodSpec = {},
  { image = 'v1', uid, minReadySeconds = 0 }: { image?: string; uid?: string; minReadySeconds?: number } = {},
): DaemonSet {
  const [namespace, name] = key.split('/');
  const labels = { app: name ?? '' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name, ...(uid !== undefined && { uid }) },
    spec: {
      selector: { matchLabels: labels },
      minReadySeconds,
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }], ...spec } },
    },
  };
}

export function facts(name: string, labels: Record<string, string> = {}, taints: readonly Taint[] = []): NodeFacts {
  return nodeFacts({ metadata: { name, labels }, spec: { taints } });
}

export const GPU_TAINT = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;
export const TOLERATE_GPU = { tolerations: [{ key: 'gpu', operator: 'Exists' }] };
