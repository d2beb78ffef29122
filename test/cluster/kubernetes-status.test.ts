/**
 * The counters of `rollcall status` and of the status that the built-in DaemonSet controller writes, on a real API server with
 * a coordinator, agents, and a scripted scheduler and kubelets: all of them must be equal.
 */
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { ApiServerPods } from '../../agent/observe/api-server-pods.ts';
import { ClusterObserver } from '../../agent/observe/cluster-observer.ts';
import { grpcStreams } from '../../agent/stream/grpc-stream.ts';
import type { Coordinator } from '../../coordinator/lifecycle.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';
import { PLAINTEXT } from '../../shared/rpc/channel-security.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { DaemonSetCounts__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSetCounts.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { SeededRandom } from '../bench/random.ts';
import { startWith } from '../coordinator/start-with.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { ask, Query } from '../server/running-coordinator.ts';
import { RandomCluster, type Write } from './random-cluster.ts';
import { writeAll } from './random-cluster-objects.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const NODES = 24;
const DAEMON_SETS = 8;
const ROUNDS = 5;
const CHANGES_PER_ROUND = 8;
/**
 * The built-in controller sometimes waits for the end of a pod that it does not learn of, and continues after five minutes
 * (ExpectationsTimeout in pkg/controller/controller_utils.go).
 */
const PATIENCE_MS = 330_000;
/** Of the random changes. The same changes at every run, because some make the built-in controller wait. */
const SEED = 99;
const LOOK_INTERVAL_MS = 250;
/** The built-in controller does not react to the removal of a node; a change of the DaemonSet triggers it. */
const NUDGE_INTERVAL_MS = 5_000;
const LEASE_MS = 10_000;
const TEST_MS_MAX = 15 * 60_000;

const SILENT = createLogger({ program: 'test', level: 'silent', format: 'json' });

/** Keyed by the name of the counter in the status of a DaemonSet. */
const COUNTERS = {
  desiredNumberScheduled: ({ desired }) => desired,
  currentNumberScheduled: ({ current }) => current,
  numberReady: ({ ready }) => ready,
  updatedNumberScheduled: ({ upToDate }) => upToDate,
  numberAvailable: ({ available }) => available ?? -1,
  numberMisscheduled: ({ misscheduled }) => misscheduled,
} as const satisfies Record<string, (counts: DaemonSetCounts__Output) => number>;

type Sums = Record<keyof typeof COUNTERS, number>;

describe.skipIf(!hasControlPlane)('the counters of status beside the built-in DaemonSet controller', () => {
  const random = new SeededRandom(SEED);
  const agents = new Map<string, Agent>();
  let controlPlane: ControlPlane;
  let kubelet: ScriptedKubelet;
  let coordinator: Coordinator;
  let query: QueryServiceClient;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'daemonset,garbagecollector' });
    kubelet = new ScriptedKubelet(controlPlane.admin);
    await kubelet.start();
  }, START_PATIENCE_MS * 2);

  afterAll(async () => {
    await Promise.all([...agents.values()].map((agent) => agent.stop()));
    query?.close();
    await coordinator?.stop();
    kubelet?.close();
    await controlPlane?.stop();
  });

  it('equal the status of every DaemonSet, through random changes', { timeout: TEST_MS_MAX }, async () => {
    // The built-in controller deletes an unscheduled pod of a removed node twice, and then waits for five minutes for an
    // event that does not come. The test of all placements (kubernetes-counts) removes nodes.
    const cluster = new RandomCluster(random, NODES, DAEMON_SETS, { removesNodes: false });
    // A ready pod becomes available later, and that of one DaemonSet never during this test.
    [...cluster.daemonSets.values()].forEach((daemonSet, index) => {
      if (index % 3 > 0) daemonSet.minReadySeconds = index % 3 === 1 ? 2 : 3_600;
    });
    await writeAll(controlPlane.admin, creations(cluster));
    coordinator = await start(controlPlane.kubeconfig);
    query = new QueryService(`127.0.0.1:${coordinator.port}`, credentials.createInsecure());
    await agree(cluster, 'at the start');
    await misscheduleOnePod(cluster);
    for (let round = 1; round <= ROUNDS; round++) {
      const changes = Array.from({ length: CHANGES_PER_ROUND }, () => cluster.change());
      for (const { writes } of changes) for (const write of writes) await writeAll(controlPlane.admin, [write]);
      await agree(cluster, `round ${round}: ${changes.map(({ what }) => what).join(', ')}`);
    }
    kubelet.holds = false;
    await agree(cluster, 'after the pods that hung went on');
    await stopAgents();
    await agree(cluster, 'while all agents are absent');
    const status = await ask(query, Query.GetStatus, {});
    expect(status.absentNodeCount).toBeGreaterThan(0);
    expect(status.oldestReportTime).not.toBeNull();
  });

  /**
   * A pod that tolerates nothing stays on its node after the node gets a NoSchedule taint. Both agree while every counter
   * has a number that the others do not have.
   */
  async function misscheduleOnePod(cluster: RandomCluster): Promise<void> {
    const daemonSet = [...cluster.daemonSets.values()].find(({ minReadySeconds }) => minReadySeconds > 60);
    const [node] = cluster.nodes.values();
    if (daemonSet === undefined || node === undefined) throw new Error('the cluster is empty');
    daemonSet.placement = {};
    Object.assign(node, { taints: [], unschedulable: false });
    await writeAll(controlPlane.admin, [
      { kind: 'put', daemonSet },
      { kind: 'put', node },
    ]);
    await agree(cluster, 'before the taint', (sums) => {
      return sums.currentNumberScheduled > sums.numberReady && sums.numberReady > sums.numberAvailable;
    });
    node.taints = [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }];
    await writeAll(controlPlane.admin, [{ kind: 'put', node }]);
    await agree(cluster, 'after the taint', ({ numberMisscheduled }) => numberMisscheduled > 0);
  }

  /** Until the agents are absent; what they last reported still counts. */
  async function stopAgents(): Promise<void> {
    await Promise.all([...agents.values()].map((agent) => agent.stop()));
    await until('no agent is present', PATIENCE_MS, async () => {
      return (await ask(query, Query.GetStatus, {})).presentNodeCount === 0;
    });
  }

  /** Every node has an agent, except those whose pods are never scheduled. */
  function startAgents({ nodes }: RandomCluster): void {
    for (const nodeName of nodes.keys()) {
      if (agents.has(nodeName) || ScriptedKubelet.leavesUnscheduled(nodeName)) continue;
      const agent = newAgent(nodeName);
      agents.set(nodeName, agent);
      agent.start();
    }
  }

  function newAgent(nodeName: string): Agent {
    const clock = systemClock;
    const random = () => 0.5;
    const reader = new ApiServerReader({ access: controlPlane.access(), clock, userAgent: 'rollcall-test' });
    const observed = { reader, nodeName, clock, random };
    return new Agent({
      observer: new ClusterObserver({ ...observed, pods: new ApiServerPods(observed) }),
      openStream: grpcStreams(`127.0.0.1:${coordinator.port}`, () => PLAINTEXT),
      stateFolder: null,
      clock,
      random,
      instanceId: `agent-of-${nodeName}`,
      version: 'test',
      log: SILENT,
    });
  }

  /** Waits until both agree on every DaemonSet, and the sums over all DaemonSets are as expected. */
  async function agree(cluster: RandomCluster, when: string, isExpected: (sums: Sums) => boolean = () => true) {
    startAgents(cluster);
    let differences: readonly string[] = [];
    let sums = {} as Sums;
    await writeAll(controlPlane.admin, nudges(cluster));
    let nudgedMs = performance.now();
    const isAgreed = async (): Promise<boolean> => {
      await kubelet.step();
      ({ differences, sums } = await compare());
      if (differences.length > 0 && performance.now() - nudgedMs > NUDGE_INTERVAL_MS) {
        await writeAll(controlPlane.admin, nudges(cluster));
        nudgedMs = performance.now();
      }
      return differences.length === 0 && isExpected(sums);
    };
    await until('both agree', PATIENCE_MS, isAgreed, LOOK_INTERVAL_MS).catch((error: unknown) => {
      throw new Error(`${when}: ${JSON.stringify(sums)}\n${differences.join('\n')}`, { cause: error });
    });
  }

  async function compare() {
    const { items } = await controlPlane.admin.get('/apis/apps/v1/daemonsets');
    const { daemonSets } = await ask(query, Query.ListDaemonSets, { pageSize: 1_000 });
    const ours = new Map(daemonSets.map((daemonSet) => [daemonSet.daemonSet?.name ?? '', daemonSet]));
    const names = Object.keys(COUNTERS) as (keyof typeof COUNTERS)[];
    const sums = Object.fromEntries(names.map((name) => [name, 0])) as Record<keyof typeof COUNTERS, number>;
    const differences = (items as RawObject[]).flatMap(({ metadata: { name, generation }, status }) => {
      const { observedGeneration = 0, ...said } = status as Record<string, number>;
      const known = ours.get(name);
      if (observedGeneration !== generation)
        return `${name}: Kubernetes has seen generation ${observedGeneration} of ${String(generation)}`;
      if (Number(known?.generation) !== generation)
        return `${name}: Rollcall has seen generation ${known?.generation} of ${String(generation)}`;
      return names.flatMap((counter) => {
        // Some counters are omitted if they are zero.
        const [theirs, our] = [said[counter] ?? 0, known?.counts ? COUNTERS[counter](known.counts) : -1];
        sums[counter] += our;
        return theirs === our ? [] : `${name}: ${counter} is ${theirs} in Kubernetes and ${our} in Rollcall`;
      });
    });
    return { differences, sums };
  }
});

function start(kubeconfig: string): Promise<Coordinator> {
  const settings = {
    data: join(temporaryFolder(), 'data'),
    cluster: 'api-server',
    kubeconfig,
    leaseMs: LEASE_MS,
    heartbeatMs: LEASE_MS / 4,
    startGraceMs: 0,
    reflection: false,
  } as const;
  return startWith(settings, systemClock);
}

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
