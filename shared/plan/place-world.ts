/** Places every DaemonSet of a world on every node. Pure; explanations are computed only when read. */
import type { Node } from '../kubernetes/objects.ts';
import { compilePlacement } from '../placement/compile.ts';
import type { CompiledPlacement, DaemonSet, PlacementResult, Reason, Verdict } from '../placement/types.ts';
import { sortedKeys, type World } from './world.ts';

export interface VerdictCounts {
  readonly run: number;
  readonly keep: number;
  readonly none: number;
}

/** One DaemonSet on every node of a world. */
export class PlacedDaemonSet {
  readonly key: string;
  readonly daemonSet: DaemonSet;
  readonly counts: VerdictCounts;
  readonly #compiled: CompiledPlacement;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #verdicts: ReadonlyMap<string, Verdict>;

  constructor(key: string, daemonSet: DaemonSet, nodes: ReadonlyMap<string, Node>) {
    this.key = key;
    this.daemonSet = daemonSet;
    this.#compiled = compilePlacement(daemonSet);
    this.#nodes = nodes;
    const counts = { run: 0, keep: 0, none: 0 };
    const verdicts = new Map<string, Verdict>();
    for (const [name, node] of nodes) {
      const verdict = this.#compiled.decide(node);
      verdicts.set(name, verdict);
      counts[verdict]++;
    }
    this.counts = counts;
    this.#verdicts = verdicts;
  }

  /** What is wrong with the DaemonSet whatever the node. */
  get warnings(): readonly Reason[] {
    return this.#compiled.warnings;
  }

  /** `undefined` for a node that is not in the world. */
  verdict(node: string): Verdict | undefined {
    return this.#verdicts.get(node);
  }

  /** `null` for a node that is not in the world. */
  placement(node: string): PlacementResult | null {
    const object = this.#nodes.get(node);
    const verdict = this.#verdicts.get(node);
    return object && verdict ? new LazyPlacement(this.#compiled, object, verdict) : null;
  }
}

/** In the order of their keys. */
export function placeWorld(world: World): PlacedDaemonSet[] {
  return sortedKeys(world.daemonSets).map(
    (key) => new PlacedDaemonSet(key, world.daemonSets.get(key) ?? {}, world.nodes),
  );
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
