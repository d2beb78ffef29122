/** Random histories of a cluster with restarts and crashes; every step is compared with a naive recomputation. */
import assert from 'node:assert/strict';
import fc from 'fast-check';

import { type Held, nextUpdate, type Update } from '../../coordinator/agents/assignment-update.ts';
import type { PodSpec } from '../../shared/kubernetes/objects.ts';
import { templateRevision } from '../../shared/kubernetes/template-revision.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import { naiveState } from '../journal/naive-state.ts';
import { soundPair } from '../placement/arbitraries.ts';
import { naivePlacement } from '../placement/naive-placement.ts';
import { daemonSet, World } from './world.ts';

export const NODES = ['n1', 'n2', 'n3'];
const KEYS = ['default/a', 'default/b', 'kube-system/a'];

export type Step =
  | { readonly do: 'node'; readonly facts: NodeFacts }
  | { readonly do: 'remove-node'; readonly node: string }
  | {
      readonly do: 'daemon-set';
      readonly key: string;
      readonly spec: PodSpec;
      readonly image: string;
      readonly wait: number;
    }
  | { readonly do: 'remove-daemon-set'; readonly key: string }
  | { readonly do: 'image'; readonly key: string; readonly image: string }
  | { readonly do: 'commit'; readonly share: number }
  /** Updates an agent with what is durable; `all` first makes everything durable that was appended. */
  | { readonly do: 'send'; readonly node: string; readonly all: boolean }
  /** Ends the coordinator after this share of the events in the queue has become durable. */
  | { readonly do: 'crash'; readonly share: number };

const node = fc.constantFrom(...NODES);
const key = fc.constantFrom(...KEYS);
const image = fc.constantFrom('v1', 'v2', 'v3');
const share = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(node, soundPair).map(([name, pair]): Step => {
      const { node: object } = pair;
      return { do: 'node', facts: nodeFacts({ ...object, metadata: { ...object.metadata, name } }) };
    }),
  },
  { weight: 1, arbitrary: node.map((name): Step => ({ do: 'remove-node', node: name })) },
  {
    weight: 5,
    arbitrary: fc.tuple(key, soundPair, image, fc.constantFrom(0, 10)).map(([of, pair, name, wait]): Step => {
      const spec = pair.daemonSet.spec?.template?.spec ?? {};
      return { do: 'daemon-set', key: of, spec, image: name, wait };
    }),
  },
  { weight: 2, arbitrary: key.map((of): Step => ({ do: 'remove-daemon-set', key: of })) },
  { weight: 3, arbitrary: fc.tuple(key, image).map(([of, name]): Step => ({ do: 'image', key: of, image: name })) },
  { weight: 1, arbitrary: share.map((part): Step => ({ do: 'commit', share: part })) },
  { weight: 6, arbitrary: fc.tuple(node, fc.boolean()).map(([name, all]): Step => ({ do: 'send', node: name, all })) },
  { weight: 2, arbitrary: share.map((part): Step => ({ do: 'crash', share: part })) },
);

type DaemonSetStep = Extract<Step, { do: 'daemon-set' }>;

/** The assignments of an agent, updated as an agent does it. */
interface Agent {
  readonly held: Held;
  readonly assignments: ReadonlyMap<string, Assignment>;
}

/** The cluster, the coordinator under test, and the assignments of each agent. */
export class History {
  world = new World();
  readonly nodes = new Map<string, NodeFacts>();
  readonly daemonSets = new Map<string, DaemonSetStep>();
  readonly agents = new Map<string, Agent>();
  readonly revisions = new Map<string, number>();

  take(next: Step): void {
    const { evaluator, recorder } = this.world;
    switch (next.do) {
      case 'node':
        this.nodes.set(next.facts.name, next.facts);
        return this.world.applyNode(next.facts);
      case 'remove-node':
        this.nodes.delete(next.node);
        this.revisions.delete(next.node);
        return evaluator.nodeRemoved(next.node, 'test');
      case 'daemon-set':
        this.daemonSets.set(next.key, next);
        return this.#emit(next);
      case 'remove-daemon-set':
        this.daemonSets.delete(next.key);
        return evaluator.daemonSetRemoved(next.key, 'test');
      case 'image': {
        const known = this.daemonSets.get(next.key);
        return known && this.take({ ...known, image: next.image });
      }
      case 'commit':
        return this.#commit(next.share);
      case 'send':
        if (next.all) recorder.commit();
        return this.#send(next.node);
      case 'crash':
        this.#commit(next.share);
        // Events that were not durable are lost, and their revisions are assigned again.
        if (recorder.durableRevision < recorder.nextRevision - 1) this.revisions.clear();
        this.world = this.world.restart();
        return this.#retell();
    }
  }

  #commit(part: number): void {
    const { durableRevision, nextRevision } = this.world.recorder;
    this.world.recorder.commit(durableRevision + Math.round(part * (nextRevision - 1 - durableRevision)));
  }

  #emit({ key: of, spec, image, wait }: DaemonSetStep): void {
    this.world.applyDaemonSet(of, spec, { image, minReadySeconds: wait });
  }

  /** What the source emits to a coordinator that starts: everything. */
  #retell(): void {
    for (const entry of this.daemonSets.values()) this.#emit(entry);
    for (const entry of this.nodes.values()) this.world.applyNode(entry);
    this.world.evaluator.synced([]);
  }

  #send(name: string): void {
    const { evaluator, recorder } = this.world;
    if (evaluator.table.revision(name) > recorder.durableRevision) return;
    const agent = this.agents.get(name);
    const update = nextUpdate(sourceOf(this.world), name, agent?.held ?? null);
    if (update !== null) this.agents.set(name, applied(agent, update));
    if (evaluator.table.assignments(name) === null) return;
    const now = this.agents.get(name)?.assignments;
    const inForce = evaluator.table.assignments(name) ?? [];
    assert.deepEqual(sortedAssignments(now?.values() ?? []), sortedAssignments(inForce));
  }

  /** What is in force according to the journal. */
  recordedPlacements(): Set<object> {
    return new Set(naiveState(this.world.recorder.events).placements);
  }

  placementsInForce(): Set<object> {
    const { table } = this.world.evaluator;
    const pairs = NODES.flatMap((name) =>
      KEYS.flatMap((of) => {
        const pair = table.pair(name, of);
        return pair === undefined ? [] : [{ node: name, daemonSet: of, ...pair }];
      }),
    );
    return new Set(pairs);
  }

  /** Invariants that hold after every step. */
  check(): void {
    const { evaluator, recorder } = this.world;
    const { table } = evaluator;
    assert.deepEqual(table.nodeNames(), [...this.nodes.keys()].sort());
    assert.deepEqual(table.daemonSetKeys(), [...this.daemonSets.keys()].sort());
    for (const [name, facts] of this.nodes) {
      const expected: Omit<Assignment, 'effectiveRevision' | 'daemonSetUid'>[] = [];
      for (const [of, { spec, image, wait }] of this.daemonSets) {
        const object = daemonSet(of, spec, { image, minReadySeconds: wait });
        const { shouldRun, shouldContinueRunning } = naivePlacement(object, {
          metadata: { name: facts.name, labels: facts.labels },
          spec: { taints: facts.taints },
        });
        const verdict = shouldRun ? 'run' : shouldContinueRunning ? 'keep' : 'none';
        assert.equal(table.pair(name, of)?.verdict, verdict, `${of} on ${name}`);
        if (verdict === 'none') continue;
        const revision = { templateRevision: templateRevision(object), minReadySeconds: wait, surge: false };
        expected.push({ daemonSet: of, verdict, ...revision });
      }
      const assignments = sortedAssignments(table.assignments(name) ?? []);
      const visible = assignments.map(({ effectiveRevision: _, daemonSetUid: __, ...rest }) => rest);
      assert.deepEqual(visible, sortedAssignments(expected));
      const revision = table.revision(name);
      assert.ok(revision >= (this.revisions.get(name) ?? 1), 'the revision of a node never goes back');
      assert.ok(revision < recorder.nextRevision, 'a revision belongs to an event');
      assert.ok(assignments.every(({ effectiveRevision }) => effectiveRevision <= revision));
      this.revisions.set(name, revision);
    }
  }
}

export function sourceOf({ evaluator }: World) {
  return {
    revision: (name: string) => evaluator.table.revision(name),
    assignments: (name: string) => evaluator.table.assignments(name),
    endedSince: (name: string, revision: number) => evaluator.endedSince(name, revision),
  };
}

/** Applies an update as docs/protocol.md specifies; any inconsistency is a failure. */
function applied(agent: Agent | undefined, update: Update): Agent {
  if (update.kind === 'snapshot')
    return heldBy(update.held, new Map(update.assignments.map((one) => [one.daemonSet, one])));
  assert.equal(update.baseRevision, agent?.held.revision);
  const assignments = new Map(agent?.assignments);
  for (const removal of update.removals) assignments.delete(removal);
  for (const one of update.upserts) {
    const before = assignments.get(one.daemonSet);
    assert.ok(before === undefined || one.effectiveRevision > before.effectiveRevision, 'an upsert is newer');
    assignments.set(one.daemonSet, one);
  }
  return heldBy(update.held, assignments);
}

function heldBy(held: Held, assignments: ReadonlyMap<string, Assignment>): Agent {
  assert.deepEqual(assignmentDigest(assignments.values()), held.digest);
  return { held, assignments };
}

function sortedAssignments<One extends { daemonSet: string }>(assignments: Iterable<One>): One[] {
  return [...assignments].sort((left, right) => (left.daemonSet < right.daemonSet ? -1 : 1));
}

/** Runs the steps and checks the invariants after each. */
export function run(steps: readonly Step[]): History {
  const history = new History();
  for (const next of steps) {
    history.take(next);
    history.check();
  }
  return history;
}
