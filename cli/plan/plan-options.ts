/** The options of `rollcall plan` as parsed, and the simulated changes of nodes that they specify. */
import {
  type NodeAlteration,
  type NodeTarget,
  parseAddTaint,
  parseRemoveLabel,
  parseRemoveTaint,
  parseSetLabel,
} from '../../shared/plan/node-change.ts';
import { parseNodeName } from '../resource-name.ts';
import { UsageError } from '../usage-error.ts';
import { STDIN } from './read-sources.ts';

/** As parsed by commander; lists keep the order of the command line. */
export interface PlanOptions {
  readonly filename: readonly string[];
  readonly nodes: readonly string[];
  readonly against: readonly string[];
  readonly setLabel: readonly string[];
  readonly removeLabel: readonly string[];
  readonly addTaint: readonly string[];
  readonly removeTaint: readonly string[];
  /** Node names, and `''` for an option without a name. */
  readonly cordon: readonly string[];
  readonly dropNode: readonly string[];
  readonly addNode: readonly string[];
  readonly node: readonly string[];
  readonly selector?: string;
  readonly skipInvalid: boolean;
  readonly at?: string;
}

export type TargetedAlteration = NodeAlteration & { readonly target: NodeTarget };

/**
 * The simulated changes in the order of their application: labels, taints, cordons, drops. Removals precede additions,
 * so that a label can be replaced by one with another key.
 * @throws UsageError
 */
export function nodeAlterations(options: PlanOptions): TargetedAlteration[] {
  const targets = targetsOf(options);
  const everywhere: NodeAlteration[] = [
    ...options.removeLabel.map(parseRemoveLabel),
    ...options.setLabel.map(parseSetLabel),
    ...options.removeTaint.map(parseRemoveTaint),
    ...options.addTaint.map(parseAddTaint),
  ];
  const usedTargets = targets ?? [{ selector: '' }];
  const altered = everywhere.flatMap((change) => usedTargets.map((target) => ({ ...change, target })));
  const cordons = named('cordon', options.cordon, targets).map((target) => ({ op: 'cordon' as const, target }));
  const drops = named('drop-node', options.dropNode, targets).map((target) => ({ op: 'drop' as const, target }));
  const all = [...altered, ...cordons, ...drops];
  if (targets !== null && all.length === 0) {
    throw new UsageError('--node and --selector require a simulated change such as --set-label; add one');
  }
  return all;
}

/** @throws UsageError for conflicting options */
export function checkOptions(options: PlanOptions): void {
  const { filename, nodes, against, addNode } = options;
  if ([...filename, ...nodes, ...against, ...addNode].filter((path) => path === STDIN).length > 1) {
    throw new UsageError('standard input can be read only once; use - for one option only');
  }
  if (options.node.length > 0 && options.selector !== undefined) {
    throw new UsageError('--node and --selector cannot be used together; use one of them');
  }
}

/** `null` means all nodes. */
function targetsOf({ node, selector }: PlanOptions): NodeTarget[] | null {
  if (selector !== undefined) return [{ selector }];
  return node.length === 0 ? null : node.map((text) => ({ name: parseNodeName(text).name }));
}

/** Cordons and drops never apply to all nodes by default, because their effect is too large. */
function named(option: string, names: readonly string[], targets: NodeTarget[] | null): NodeTarget[] {
  return names.flatMap((name): NodeTarget[] => {
    if (name !== '') return [{ name: parseNodeName(name).name }];
    if (targets !== null) return targets;
    throw new UsageError(`--${option} requires a node; use --${option} NAME, --node NAME or --selector SELECTOR`);
  });
}
