/** The vocabulary of a placement: what goes in, and what comes out. */
import type { DaemonSet, Node, Toleration } from '../kubernetes/objects.ts';
import type { ReasonCode } from './reason-codes.ts';

/**
 * `run`: the node should run the daemon pod. `keep`: a daemon pod that runs may stay, none must be
 * started. `none`: the node must not run it.
 */
export type Verdict = 'run' | 'keep' | 'none';

/** Kubernetes' two answers with every reason (docs/invariants.md, 3). */
export interface PlacementResult {
  readonly verdict: Verdict;
  /** Whether the DaemonSet selects the node: nodeName, nodeSelector and required node affinity match. */
  readonly selected: boolean;
  /** Whether no taint of the node keeps the daemon pod from starting there. */
  readonly tolerated: boolean;
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
  /** Stable; one of the catalogue in reason-codes.ts, or one that a newer coordinator sent. */
  readonly code: ReasonCode | (string & {});
  readonly outcome: ReasonOutcome;
  /** One sentence for people. */
  readonly message: string;
  /** Path in the DaemonSet, or `''` where the rule reads nothing of it. */
  readonly fieldPath: string;
  /** Path in the Node, or `''` where the rule reads nothing of it. */
  readonly nodeFieldPath: string;
  /** What the DaemonSet asks for, as text. */
  readonly expected: string;
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
  /** The same edit for programs; absent where the edit was read from the wire. */
  readonly change?: EditChange;
}

/** An edit as a value. */
export type EditChange = NodeEditChange | DaemonSetEditChange;

export type NodeEditChange =
  | { readonly op: 'setLabel'; readonly key: string; readonly value: string }
  | { readonly op: 'removeLabel'; readonly key: string }
  /** Removes every taint of that key and effect; of any effect where `effect` is `''`. */
  | { readonly op: 'removeTaint'; readonly key: string; readonly effect: string };

export type DaemonSetEditChange =
  | { readonly op: 'addToleration'; readonly toleration: Toleration }
  | { readonly op: 'removeToleration'; readonly index: number }
  | { readonly op: 'setNodeSelector'; readonly key: string; readonly value: string }
  | { readonly op: 'removeNodeSelector'; readonly key: string }
  | ({ readonly op: 'removeRequirement' } & RequirementPlace)
  | ({ readonly op: 'addRequirementValue'; readonly value: string } & RequirementPlace)
  /** Removes requiredDuringSchedulingIgnoredDuringExecution with all its terms. */
  | { readonly op: 'removeRequiredAffinity' }
  | { readonly op: 'removeNodeName' };

/** Where a requirement stands in the required node affinity. */
export interface RequirementPlace {
  readonly term: number;
  readonly list: 'matchExpressions' | 'matchFields';
  readonly index: number;
}

/** One DaemonSet, made ready to be placed on many nodes. */
export interface CompiledPlacement {
  /** The verdict alone: no allocation, for the millions. */
  decide(node: Node): Verdict;
  /** Whether the DaemonSet selects the node, whatever its taints. */
  selects(node: Node): boolean;
  /** Whether no taint of the node keeps the daemon pod from starting there, whatever the DaemonSet selects. */
  tolerates(node: Node): boolean;
  /** The verdict with every reason, computed only when asked. */
  explain(node: Node): PlacementResult;
  /** What this DaemonSet reads of a node, so that a caller can tell which changes matter to it. */
  readonly reads: PlacementReads;
  /** What is wrong with the DaemonSet whatever the node. */
  readonly warnings: readonly Reason[];
}

export interface PlacementReads {
  /** Keys of the node labels that can change the verdict. */
  readonly labelKeys: ReadonlySet<string>;
  /** Whether the node's name can change the verdict. */
  readonly nodeName: boolean;
}

export type { DaemonSet, Node };
