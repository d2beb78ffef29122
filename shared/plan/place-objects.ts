/** Places every DaemonSet of a world on every node. Pure; explanations are computed only when read. */

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

/** In the order of their keys. */
export function placeObjects(world: ClusterObjects): DaemonSetPlacements[] {
  return runToCompletion(placeObjectsInSteps(world));
}

/** The same for whoever has other things to do in between: a step is one node. */
export function* placeObjectsInSteps(world: ClusterObjects): Generator<void, DaemonSetPlacements[]> {
  const nodes: PlacedNodes = { objects: [...world.nodes.values()], places: placesOf(world.nodes) };
  const placed = sortedKeys(world.daemonSets).map(
    (key) => new DaemonSetPlacements(key, world.daemonSets.get(key) ?? {}, nodes),
  );
  // Node by node, because a node's labels stay near while all DaemonSets look at them.
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

/** One DaemonSet on every node of a world. */
export class DaemonSetPlacements {
  readonly key: DaemonSetKey;
  readonly daemonSet: DaemonSet;
  readonly #compiled: CompiledPlacement;
  readonly #nodes: PlacedNodes;
  /** Verdicts by place: a byte each, because there may be half a million of them. */
  readonly #codes: Uint8Array;

  constructor(key: DaemonSetKey, daemonSet: DaemonSet, nodes: PlacedNodes) {
    this.key = key;
    this.daemonSet = daemonSet;
    this.#compiled = compilePlacement(daemonSet);
    this.#nodes = nodes;
    this.#codes = new Uint8Array(nodes.objects.length);
  }

  /** Must be called for each place before anything is asked. */
  decide(place: number): void {
    this.#codes[place] = CODES[this.#compiled.decide(this.#nodes.objects[place] ?? {})];
  }

  get counts(): VerdictCounts {
    const [run = 0, keep = 0, none = 0] = VERDICTS.map((verdict) =>
      this.#codes.reduce((sum, code) => (code === CODES[verdict] ? sum + 1 : sum), 0),
    );
    return { run, keep, none };
  }

  /** What is wrong with the DaemonSet whatever the node. */
  get warnings(): readonly Reason[] {
    return this.#compiled.warnings;
  }

  /** `undefined` for a node that is not in the world. */
  verdict(node: string): Verdict | undefined {
    const place = this.#nodes.places.get(node);
    return place === undefined ? undefined : VERDICTS[this.#codes[place] ?? 0];
  }

  /** `null` for a node that is not in the world. */
  placement(node: string): PlacementResult | null {
    const object = this.#nodes.objects[this.#nodes.places.get(node) ?? -1];
    const verdict = this.verdict(node);
    return object && verdict ? new LazyPlacement(this.#compiled, object, verdict) : null;
  }
}

/** Holds no reasons: half a million pairs can change, and their reasons together would fill the memory. */
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
