/** The vocabulary of a placement: what goes in, and what comes out. */
import type { DaemonSet, Node } from '../kubernetes/objects.ts';

/**
 * `run`: the node should run the daemon pod. `keep`: a daemon pod that runs may stay, none must be
 * started. `none`: the node must not run it.
 */
export type Verdict = 'run' | 'keep' | 'none';

/** Kubernetes' two answers with every reason (design.md, rule 4). */
export interface PlacementResult {
  readonly verdict: Verdict;
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
  readonly reasons: readonly Reason[];
}

/**
 * `passed`: satisfied. `failed`: not satisfied, and stands in the way. `ignored`: not satisfied, but
 * another alternative is, or it never blocks (PreferNoSchedule). `warning`: the verdict is
 * Kubernetes', but the author probably meant something else.
 */
export type ReasonOutcome = 'passed' | 'failed' | 'ignored' | 'warning';

export interface Reason {
  /** Stable, UPPER_SNAKE_CASE; one of the catalogue in reason-codes.ts. */
  readonly code: string;
  readonly outcome: ReasonOutcome;
  /** One sentence for people. */
  readonly message: string;
  /** Path in the DaemonSet, or `''` where the rule reads nothing of it. */
  readonly fieldPath: string;
  /** Path in the Node, or `''` where the rule reads nothing of it. */
  readonly nodeFieldPath: string;
  /** What the DaemonSet asks for, as text. */
  readonly wanted: string;
  /** What the node has, as text; `null` when the node lacks it. */
  readonly found: string | null;
  /** Edits of one object, each of which alone would turn the verdict. */
  readonly edits: readonly Edit[];
}

/** One change of one object that would turn the verdict. */
export interface Edit {
  readonly objectKind: 'Node' | 'DaemonSet';
  readonly fieldPath: string;
  /** What to do, for example `set label disktype=ssd`. */
  readonly action: string;
  /** The verdict after the edit. */
  readonly verdict: Verdict;
  /** A kubectl command that makes the edit where one exists, else `''`. */
  readonly command: string;
}

/** One DaemonSet, made ready to be placed on many nodes. */
export interface CompiledPlacement {
  /** The verdict alone: no allocation, for the millions. */
  decide(node: Node): Verdict;
  /** The verdict with every reason, computed only when asked. */
  explain(node: Node): PlacementResult;
  /** What this DaemonSet reads of a node, so that a caller can tell which changes matter to it. */
  readonly reads: PlacementReads;
  /** What is wrong with the DaemonSet whatever the node. */
  readonly warnings: readonly Reason[];
}

export interface PlacementReads {
  /** Keys of node labels that can matter. */
  readonly labelKeys: ReadonlySet<string>;
  /** Whether the node's name can matter. */
  readonly nodeName: boolean;
}

export type { DaemonSet, Node };
