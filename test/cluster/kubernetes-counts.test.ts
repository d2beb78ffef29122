/**
 * The built-in DaemonSet controller and Rollcall side by side on a real API server: 500 nodes, 40 DaemonSets and 300 random
 * changes. After every few changes, the counters of Kubernetes and of Rollcall must be equal.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiServerSource } from '../../coordinator/cluster/api-server-source.ts';
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { Evaluator } from '../../coordinator/evaluation/evaluator.ts';
import { ListWatch } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { SeededRandom } from '../bench/random.ts';
import { MemoryRecorder } from '../fakes/memory-recorder.ts';
import { keepPlaced, PodsByNode } from './pods-by-node.ts';
import { RandomCluster, type Write } from './random-cluster.ts';
import { writeAll } from './random-cluster-objects.ts';

const NODES = 500;
const DAEMON_SETS = 40;
const ROUNDS = 10;
const CHANGES_PER_ROUND = 30;
/**
 * The built-in controller waits up to five minutes for the events of its own writes (pkg/controller ExpectationsTimeout) after a
 * DaemonSet was re-created under the same name, and a busy machine needs the margin.
 */
const PATIENCE_MS = 330_000;
/** Each attempt lists all DaemonSets, which costs time that the controller needs. */
const LOOK_INTERVAL_MS = 250;
/** The built-in controller does not react to the removal of a node; a change of the DaemonSet triggers it. */
const NUDGE_INTERVAL_MS = 5_000;
const TEST_MS_MAX = 25 * 60_000;

interface CountsOf {
  readonly desired: number;
  readonly current: number;
  readonly misscheduled: number;
  /** Nodes whose pod has the current template, by the revision hash that Rollcall found. */
  readonly updated: number;
}

describe.skipIf(!hasControlPlane)('beside the built-in DaemonSet controller', () => {
  const seed = inject('seed');
  const random = new SeededRandom(seed);
  let controlPlane: ControlPlane;
  let beside: Beside;

  beforeAll(async () => {
    process.stdout.write(`random changes of seed ${seed}; ROLLCALL_SEED=${seed} repeats them\n`);
    controlPlane = await startControlPlane({ controllers: 'daemonset,garbagecollector' });
    beside = new Beside(controlPlane);
  }, START_PATIENCE_MS * 2);

  afterAll(async () => {
    beside?.close();
    await controlPlane?.stop();
  });

  it('counts the same desired, current, misscheduled and updated nodes through 300 changes', {
    timeout: TEST_MS_MAX,
  }, async () => {
    const cluster = new RandomCluster(random, NODES, DAEMON_SETS);
    await writeAll(controlPlane.admin, creations(cluster));
    await beside.start();
    const first = await agree(cluster, 'at the start');
    expect(first.desired).toBeGreaterThan(DAEMON_SETS);
    expect(first.updated).toBe(first.desired);
    let misscheduled = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const changes = Array.from({ length: CHANGES_PER_ROUND }, () => cluster.change());
      for (const { writes } of changes) await writeInOrder(writes);
      misscheduled += (await agree(cluster, `round ${round}: ${changes.map(({ what }) => what).join(', ')}`))
        .misscheduled;
    }
    // Otherwise the misscheduled counts would only have been compared as zeros.
    expect(misscheduled).toBeGreaterThan(0);
  });

  async function writeInOrder(writes: readonly Write[]): Promise<void> {
    for (const one of writes) await writeAll(controlPlane.admin, [one]);
  }

  /** Waits until both have observed everything and agree; returns the agreed total. */
  async function agree(cluster: RandomCluster, when: string): Promise<CountsOf> {
    let differences: readonly string[] = [];
    await writeAll(controlPlane.admin, nudges(cluster));
    let nudgedMs = performance.now();
    const isAgreed = async (): Promise<boolean> => {
      const found = await beside.compare(cluster);
      differences = found.differences;
      if (found.areAllSeen && differences.length > 0 && performance.now() - nudgedMs > NUDGE_INTERVAL_MS) {
        await writeAll(controlPlane.admin, nudges(cluster));
        nudgedMs = performance.now();
      }
      return differences.length === 0;
    };
    await until('both agree', PATIENCE_MS, isAgreed, LOOK_INTERVAL_MS).catch((error: unknown) => {
      throw new Error(`seed ${seed}, ${when}:\n${differences.join('\n')}`, { cause: error });
    });
    return beside.sum();
  }
});

function creations({ nodes, daemonSets }: RandomCluster): Write[] {
  return [
    ...[...nodes.values()].map((node) => ({ kind: 'create', node }) as const),
    ...[...daemonSets.values()].map((daemonSet) => ({ kind: 'create', daemonSet }) as const),
  ];
}

/** Increments the generation of every DaemonSet, so that `observedGeneration` shows when the controller has synced. */
function nudges({ daemonSets }: RandomCluster): Write[] {
  return [...daemonSets.values()].map((daemonSet) => {
    daemonSet.revisionHistoryLimit = daemonSet.revisionHistoryLimit === 3 ? 4 : 3;
    return { kind: 'put', daemonSet } as const;
  });
}

/** Rollcall's evaluation, and the pods that Kubernetes created, which agents would report. */
class Beside {
  readonly #controlPlane: ControlPlane;
  readonly #evaluator: Evaluator;
  readonly #source: ApiServerSource;
  readonly #pods = new PodsByNode();
  readonly #podWatch: ListWatch<unknown>;

  constructor(controlPlane: ControlPlane) {
    this.#controlPlane = controlPlane;
    const reader = controlPlane.admin;
    const clock = systemClock;
    const random = () => 0.5;
    this.#evaluator = new Evaluator({
      recorder: new MemoryRecorder({ clock }),
      clock,
      counters: new Counters(),
      hasInventory: true,
      isPresent: () => false,
      listener: { nodesChanged: () => {}, nodeRemoved: () => {} },
    });
    const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
    this.#source = new ApiServerSource({ reader, clock, random, log });
    const pods = { path: '/api/v1/pods', keep: keepPlaced, listener: this.#pods };
    this.#podWatch = new ListWatch({ reader, clock, random, ...pods });
  }

  async start(): Promise<void> {
    this.#source.start(this.#evaluator);
    this.#podWatch.start();
    await Promise.all([this.#evaluator.waitForSync(), this.#podWatch.synced]);
  }

  close(): void {
    this.#source.close();
    this.#podWatch.close();
  }

  /** Differences between Rollcall and Kubernetes after both have observed every current DaemonSet. */
  async compare({ nodes, daemonSets }: RandomCluster): Promise<{ areAllSeen: boolean; differences: string[] }> {
    const { items } = await this.#controlPlane.admin.get('/apis/apps/v1/daemonsets');
    const objects = items as RawObject[];
    const unseen = objects.flatMap((object) => this.#unseen(object) ?? []);
    const known = this.#evaluator.table;
    if (known.nodeNames().length !== nodes.size) unseen.push(`Rollcall has not seen all of ${nodes.size} nodes`);
    if (known.daemonSetKeys().length !== daemonSets.size) unseen.push('Rollcall has not seen all DaemonSets');
    if (unseen.length > 0) return { areAllSeen: false, differences: unseen };
    return { areAllSeen: true, differences: objects.flatMap((object) => this.#differenceOf(object) ?? []) };
  }

  /** Rollcall's counters over all DaemonSets. */
  sum(): CountsOf {
    const all = this.#evaluator.table.daemonSetKeys().map((key) => this.#countsOf(key));
    const total = (of: keyof CountsOf) => all.reduce((sum, counts) => sum + counts[of], 0);
    return {
      desired: total('desired'),
      current: total('current'),
      misscheduled: total('misscheduled'),
      updated: total('updated'),
    };
  }

  #unseen({ metadata, status }: RawObject): string | null {
    const { namespace, name, generation } = metadata;
    const key = `${namespace}/${name}`;
    const { observedGeneration } = status as Record<string, number>;
    if (observedGeneration !== generation) return `${key}: Kubernetes has not seen it as it is now`;
    const known = this.#evaluator.table.daemonSet(key)?.record.generation;
    return known === generation ? null : `${key}: Rollcall has not seen it as it is now`;
  }

  #differenceOf({ metadata: { namespace, name }, status }: RawObject): string | null {
    const said = status as Record<string, number>;
    const key = `${namespace}/${name}`;
    const ours = this.#countsOf(key);
    const theirs = {
      desired: said['desiredNumberScheduled'],
      current: said['currentNumberScheduled'],
      misscheduled: said['numberMisscheduled'],
      // Omitted if it is zero.
      updated: said['updatedNumberScheduled'] ?? 0,
    };
    const isSame = (Object.keys(ours) as (keyof CountsOf)[]).every((of) => ours[of] === theirs[of]);
    return isSame ? null : `${key}: Kubernetes ${JSON.stringify(theirs)}, Rollcall ${JSON.stringify(ours)}`;
  }

  #countsOf(key: string): CountsOf {
    const { table } = this.#evaluator;
    const { uid = '', templateRevision = '' } = table.daemonSet(key)?.record ?? {};
    const counts = { desired: 0, current: 0, misscheduled: 0, updated: 0 };
    for (const node of table.nodeNames()) {
      const revisions = this.#pods.revisions(node, uid);
      const isThere = revisions.length > 0;
      if (table.pair(node, key)?.verdict === 'run') {
        counts.desired++;
        if (isThere) counts.current++;
        if (revisions.includes(templateRevision)) counts.updated++;
      } else if (isThere) counts.misscheduled++;
    }
    return counts;
  }
}
