/** Computes the placement of every DaemonSet on every node. Pure. Explanations are computed when they are read. */

import { runToCompletion } from '../cooperative-scheduler.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { Node } from '../kubernetes/objects.ts';
import { compilePlacement } from '../placement/compile.ts';
import type { CompiledPlacement, DaemonSet, PlacementResult, Reason, Verdict } from '../placement/types.ts';
import { type ClusterObjects, sortedKeys } from './cluster-objects.ts';

export interface VerdictCounts {
  readonly run: number;
  readonly keep: number;
  readonly none: number;
}

/** Sorted by key. */
export function placeObjects(cluster: ClusterObjects): DaemonSetPlacements[] {
  return runToCompletion(placeObjectsInSteps(cluster));
}

/** The same in steps, for cooperative scheduling. A step evaluates one node. */
export function* placeObjectsInSteps(cluster: ClusterObjects): Generator<void, DaemonSetPlacements[]> {
  const nodes: PlacedNodes = { objects: [...cluster.nodes.values()], places: placesOf(cluster.nodes) };
  const placed = sortedKeys(cluster.daemonSets).map(
    (key) => new DaemonSetPlacements(key, cluster.daemonSets.get(key) ?? {}, nodes),
  );
  // Node by node, because the labels of the node then stay in the CPU cache.
  for (let place = 0; place < nodes.objects.length; place++) {
    for (const one of placed) one.decide(place);
    yield;
  }
  return placed;
}

interface PlacedNodes {
  readonly objects: readonly Node[];
  /** Indexes in `objects`, by name. */
  readonly places: ReadonlyMap<string, number>;
}

function placesOf(nodes: ReadonlyMap<string, Node>): Map<string, number> {
  return new Map([...nodes.keys()].map((name, place) => [name, place]));
}

const VERDICTS: readonly Verdict[] = ['run', 'keep', 'none'];
const CODES: Readonly<Record<Verdict, number>> = { run: 0, keep: 1, none: 2 };

/** The placements of one DaemonSet on every node. */
export class DaemonSetPlacements {
  readonly key: DaemonSetKey;
  readonly daemonSet: DaemonSet;
  readonly #compiled: CompiledPlacement;
  readonly #nodes: PlacedNodes;
  /** Verdicts by node index: one byte each, because there can be half a million. */
  readonly #codes: Uint8Array;

  constructor(key: DaemonSetKey, daemonSet: DaemonSet, nodes: PlacedNodes) {
    this.key = key;
    this.daemonSet = daemonSet;
    this.#compiled = compilePlacement(daemonSet);
    this.#nodes = nodes;
    this.#codes = new Uint8Array(nodes.objects.length);
  }

  /** Must be called for each node index before any result is read. */
  decide(place: number): void {
    this.#codes[place] = CODES[this.#compiled.decide(this.#nodes.objects[place] ?? {})];
  }

  get counts(): VerdictCounts {
    const [run = 0, keep = 0, none = 0] = VERDICTS.map((verdict) =>
      this.#codes.reduce((sum, code) => (code === CODES[verdict] ? sum + 1 : sum), 0),
    );
    return { run, keep, none };
  }

  /** Warnings about the DaemonSet that apply to every node. */
  get warnings(): readonly Reason[] {
    return this.#compiled.warnings;
  }

  /** `undefined` for an unknown node. */
  verdict(node: string): Verdict | undefined {
    const place = this.#nodes.places.get(node);
    return place === undefined ? undefined : VERDICTS[this.#codes[place] ?? 0];
  }

  /** `null` for an unknown node. */
  placement(node: string): PlacementResult | null {
    const object = this.#nodes.objects[this.#nodes.places.get(node) ?? -1];
    const verdict = this.verdict(node);
    return object && verdict ? new LazyPlacement(this.#compiled, object, verdict) : null;
  }
}

/** Computes reasons when they are read, because the reasons of half a million pairs would not fit in memory. */
class LazyPlacement implements PlacementResult {
  readonly verdict: Verdict;
  readonly #compiled: CompiledPlacement;
  readonly #node: Node;

  constructor(compiled: CompiledPlacement, node: Node, verdict: Verdict) {
    this.verdict = verdict;
    this.#compiled = compiled;
    this.#node = node;
  }

  get selected(): boolean {
    return this.verdict !== 'none' || this.#compiled.selects(this.#node);
  }

  get tolerated(): boolean {
    return this.#compiled.tolerates(this.#node);
  }

  get shouldRun(): boolean {
    return this.verdict === 'run';
  }

  get shouldContinueRunning(): boolean {
    return this.verdict !== 'none';
  }

  get reasons(): readonly Reason[] {
    return this.#compiled.explain(this.#node).reasons;
  }
}
