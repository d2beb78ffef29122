/** Types of a placement: results, reasons and edits. */
import type { DaemonSet, Node, Toleration } from '../kubernetes/objects.ts';
import type { ReasonCode } from './reason-codes.ts';

/**
 * `run`: the node should run the daemon pod. `keep`: an existing daemon pod may stay, but a new one is not
 * started. `none`: the node should not run the daemon pod.
 */
export type Verdict = 'run' | 'keep' | 'none';

/** The two results of the DaemonSet controller, with all reasons (docs/invariants.md, 3). */
export interface PlacementResult {
  readonly verdict: Verdict;
  /** Whether nodeName, nodeSelector and required node affinity match the node. Independent of taints. */
  readonly selected: boolean;
  /** Whether the daemon pod tolerates all taints that prevent pods from starting. Independent of `selected`. */
  readonly tolerated: boolean;
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
  readonly reasons: readonly Reason[];
}

/**
 * `passed`: satisfied. `failed`: not satisfied, and prevents the placement. `ignored`: not satisfied, but an
 * alternative is satisfied or it never prevents a placement (PreferNoSchedule). `warning`: Kubernetes decides this
 * way, but the author probably intended something else.
 */
export type ReasonOutcome = 'passed' | 'failed' | 'ignored' | 'warning';

export interface Reason {
  /** Stable: one of reason-codes.ts, or a code from a newer coordinator. */
  readonly code: ReasonCode | (string & {});
  readonly outcome: ReasonOutcome;
  /** One or two sentences. */
  readonly message: string;
  /** Path in the DaemonSet, or `''` if the rule does not read it. */
  readonly fieldPath: string;
  /** Path in the Node, or `''` if the rule does not read it. */
  readonly nodeFieldPath: string;
  /** What the DaemonSet requires, as text. */
  readonly expected: string;
  /** What the node has, as text; `null` if the node does not have it. */
  readonly found: string | null;
  /** Edits of one object. Each edit alone changes the verdict. */
  readonly edits: readonly Edit[];
}

/** One change of one object that changes the verdict. */
export interface Edit {
  readonly objectKind: 'Node' | 'DaemonSet';
  readonly fieldPath: string;
  /** The change as text, for example `set label disktype=ssd`. */
  readonly action: string;
  /** The verdict after the edit. */
  readonly verdict: Verdict;
  /** The kubectl command for the edit, or `''` if there is none. */
  readonly command: string;
  /** The same edit as data; absent if the edit was read from the wire. */
  readonly change?: EditChange;
}

/** An edit as data. */
export type EditChange = NodeEditChange | DaemonSetEditChange;

export type NodeEditChange =
  | { readonly op: 'setLabel'; readonly key: string; readonly value: string }
  | { readonly op: 'removeLabel'; readonly key: string }
  /** Removes all taints with this key and effect; `''` matches any effect. */
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

/** The position of a requirement in the required node affinity. */
export interface RequirementPlace {
  readonly term: number;
  readonly list: 'matchExpressions' | 'matchFields';
  readonly index: number;
}

/** A DaemonSet compiled for evaluation on many nodes. */
export interface CompiledPlacement {
  /** The verdict only. Allocates nothing, because it runs millions of times. */
  decide(node: Node): Verdict;
  /** `PlacementResult.selected`. */
  selects(node: Node): boolean;
  /** `PlacementResult.tolerated`. */
  tolerates(node: Node): boolean;
  /** The verdict with every reason. */
  explain(node: Node): PlacementResult;
  /** The fields of a node that can affect the verdict, so that callers can skip all other changes. */
  readonly reads: PlacementReads;
  /** Warnings about the DaemonSet that apply to every node. */
  readonly warnings: readonly Reason[];
}

export interface PlacementReads {
  /** Keys of the node labels that can affect the verdict. */
  readonly labelKeys: ReadonlySet<string>;
  /** Whether the node name can affect the verdict. */
  readonly nodeName: boolean;
}

export type { DaemonSet, Node };
