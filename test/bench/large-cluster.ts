/** A complete coordinator for a cluster of the maximum size, with all agents connected and acknowledged, on a real port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentSession, SessionStream } from '../../coordinator/agents/agent-session.ts';
import { startHistoryThread } from '../../coordinator/coordinator-threads.ts';
import { NO_AUTHENTICATION } from '../../coordinator/identity/authenticator.ts';
import { ANONYMOUS } from '../../coordinator/identity/caller.ts';
import { Journal } from '../../coordinator/journal/journal.ts';
import { type RunningServer, startServer } from '../../coordinator/server/server.ts';
import { ShutdownRegistry } from '../../coordinator/shutdown-registry.ts';
import { type WiredCoordinator, wireCoordinator } from '../../coordinator/wiring.ts';
import { systemClock } from '../../shared/clock.ts';
import type { DaemonSet, Node } from '../../shared/kubernetes/objects.ts';
import { createLogger } from '../../shared/logging.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { Drift } from '../../shared/model/drift.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import type { NodeUsage } from '../../shared/model/node-usage.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import type { ConnectRequest, ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { settingsWith } from '../fakes/coordinator-settings.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { makeDaemonSets, makeNodes } from './fleet.ts';
import { SeededRandom } from './random.ts';

const NODES = 5_000;
const DAEMON_SETS = 100;
const PODS_PER_NODE = 20;
/** Every second node has an unhealthy daemon pod. */
const NODES_PER_DRIFT = 2;
/** Number of agents that connect before the journal is awaited. */
const AGENTS_PER_BATCH = 50;
const LEASE_MS = 3_600_000;

const REQUEST = messageCodec('rollcall.v1.ConnectRequest');

export interface LargeCluster {
  readonly address: string;
  readonly coordinator: WiredCoordinator;
  /** In the order of the coordinator's table. */
  readonly nodeNames: readonly string[];
  readonly daemonSets: readonly DaemonSet[];
  stop(): Promise<void>;
}

export async function startLargeCluster(): Promise<LargeCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-answers-'));
  const journal = await openJournal(folder);
  const coordinator = populateLargeCluster(journal);
  const random = new SeededRandom(20_240_229);
  const nodes = makeNodes(random, NODES);
  const daemonSets = makeDaemonSets(random, DAEMON_SETS);
  for (const node of nodes) applyNode(coordinator, node);
  for (const daemonSet of daemonSets) await applyDaemonSet(coordinator, daemonSet);
  coordinator.evaluator.synced([]);
  await settleAgents(coordinator);
  const server = await startServer({
    dependencies: coordinator.server,
    listen: { host: '127.0.0.1', port: 0 },
    certificates: null,
    reflection: false,
  });
  const stop = () => stopAll(server, coordinator, folder);
  const nodeNames = coordinator.evaluator.table.nodeNames();
  return { address: `127.0.0.1:${server.port}`, coordinator, nodeNames, daemonSets, stop };
}

/** Applies the DaemonSet and waits until the change is durable. */
export async function applyDaemonSet({ evaluator, journal }: WiredCoordinator, daemonSet: DaemonSet): Promise<void> {
  const { namespace = '', name = '' } = daemonSet.metadata ?? {};
  const key = `${namespace}/${name}`;
  evaluator.daemonSetApplied({ key, daemonSet, source: 'bench', actor: 'bench', warnings: [] });
  await journal.durable(journal.nextRevision - 1);
}

function openJournal(folder: string): Promise<Journal> {
  const onFatal = (error: Error) => {
    throw error;
  };
  return Journal.open({ file: join(folder, 'journal.db'), clock: systemClock, onFatal });
}

function populateLargeCluster(journal: Journal): WiredCoordinator {
  let ids = 0;
  return wireCoordinator(
    {
      settings: settingsWith({
        nodes: 'nodes',
        leaseMs: LEASE_MS,
        heartbeatMs: LEASE_MS / 4,
        startGraceMs: LEASE_MS,
      }),
      clock: systemClock,
      log: createLogger({ program: 'bench', level: 'fatal', format: 'json', destination: { write: () => {} } }),
      random: () => 0.5,
      randomId: () => `id-${++ids}`,
      version: 'bench',
      authenticator: NO_AUTHENTICATION,
      startHistoryThread,
      shutdown: new ShutdownRegistry(),
    },
    journal,
  );
}

function applyNode({ evaluator }: WiredCoordinator, node: Node): void {
  const allocatable = { cpu: '8', memory: '32Gi', pods: '110' };
  const facts = nodeFacts({ ...node, status: { ...node.status, allocatable } });
  evaluator.nodeApplied({ facts, source: 'bench', actor: 'bench' });
}

async function settleAgents(coordinator: WiredCoordinator): Promise<void> {
  const { evaluator, journal, sessions } = coordinator;
  const names = evaluator.table.nodeNames();
  for (const [index, name] of names.entries()) {
    openSession(coordinator, name);
    if (index % AGENTS_PER_BATCH === 0) await journal.durable(journal.nextRevision - 1);
  }
  await journal.durable(journal.nextRevision - 1);
  while (!names.every((name) => sessions.hasAcknowledged(name))) await new Promise(setImmediate);
  for (const [index, name] of names.entries()) {
    applyPodReport(coordinator, name, index % NODES_PER_DRIFT === 0);
    if (index % AGENTS_PER_BATCH === 0) await journal.durable(journal.nextRevision - 1);
  }
  await journal.durable(journal.nextRevision - 1);
}

function openSession({ sessions }: WiredCoordinator, name: string): void {
  const hello = { node: { name, uid: '' }, instanceId: name, minProtocolVersion: 1, maxProtocolVersion: 1 };
  const received = asReceived({ hello }).hello;
  if (!received) throw new Error('the received message has no Hello');
  const stream = new AcknowledgingStream();
  stream.session = sessions.open(received, stream);
}

/** The stream of an agent that acknowledges every assignment. */
class AcknowledgingStream implements SessionStream {
  readonly peerAddress = '127.0.0.1:1';
  readonly caller = ANONYMOUS;
  session: AgentSession | null = null;

  send({ assignmentUpdate }: ConnectResponse): void {
    if (!assignmentUpdate) return;
    const { sequence, revision } = assignmentUpdate;
    const answer = asReceived({ assignmentAck: { sequence, appliedRevision: revision } });
    setImmediate(() => this.session?.receive(answer));
  }

  end(): void {
    this.session = null;
  }
}

function asReceived(message: ConnectRequest): ConnectRequest__Output {
  return REQUEST.deserialize(REQUEST.serialize(message));
}

function applyPodReport({ evaluator }: WiredCoordinator, node: string, hasDrift: boolean): void {
  const observedMs = systemClock.nowMs();
  const assigned = evaluator.table.assignments(node)?.filter(({ verdict }) => verdict === 'run') ?? [];
  const pods = assigned.slice(0, PODS_PER_NODE).map((assignment) => podOf(assignment, node, observedMs));
  const [first] = pods;
  const drifts: Drift[] =
    hasDrift && first !== undefined
      ? [
          {
            kind: 'unhealthy',
            daemonSet: first.daemonSet,
            node,
            podName: first.podName,
            detail: '',
            sinceMs: observedMs,
          },
        ]
      : [];
  const verifiedRevision = evaluator.table.revision(node);
  evaluator.nodes.applyPodReport(node, {
    sequence: 1,
    observedMs,
    pods,
    verifiedRevision,
    drifts,
    usage: usageOf(pods),
  });
}

function podOf({ daemonSet, daemonSetUid, templateRevision }: Assignment, node: string, nowMs: number): PodHealth {
  const podName = `${daemonSet.split('/')[1]}-${node}`;
  const podUid = `uid-${podName}`;
  return podHealth({ daemonSet, daemonSetUid, podName, podUid, templateRevision, sinceMs: nowMs, createdMs: nowMs });
}

function usageOf(pods: readonly PodHealth[]): NodeUsage {
  const usage = { podCount: 1, requests: { cpu: 100, memory: 200 * 2 ** 20 }, hostPorts: [] };
  return {
    others: { podCount: 40, requests: { cpu: 4_000, memory: 16 * 2 ** 30 }, hostPorts: [] },
    daemonSets: pods.map(({ daemonSet }) => ({ daemonSet, usage })),
  };
}

async function stopAll(
  server: RunningServer,
  { historyQueries, journal }: WiredCoordinator,
  folder: string,
): Promise<void> {
  await server.stop();
  await historyQueries.close();
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
}
