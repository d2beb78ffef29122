/** What `rollcall plan` was asked, as typed, and the what-ifs in it as changes of nodes. */
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

/** As commander hands it over; lists are in the order in which they were typed. */
export interface PlanOptions {
  readonly filename: readonly string[];
  readonly nodes: readonly string[];
  readonly against: readonly string[];
  readonly setLabel: readonly string[];
  readonly removeLabel: readonly string[];
  readonly addTaint: readonly string[];
  readonly removeTaint: readonly string[];
  /** Names of nodes, and `''` where the option was given without one. */
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
 * The what-ifs in the order in which they are carried out: labels, taints, cordons, drops, and removals
 * before additions, so that a label can be replaced by one of another key.
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
    throw new UsageError('--node and --selector say which nodes a what-if changes, but there is none; add one');
  }
  return all;
}

/** @throws UsageError for options that contradict each other */
export function checkOptions(options: PlanOptions): void {
  const { filename, nodes, against, addNode } = options;
  if ([...filename, ...nodes, ...against, ...addNode].filter((path) => path === STDIN).length > 1) {
    throw new UsageError('standard input can be read once; give - to one option only');
  }
  if (options.node.length > 0 && options.selector !== undefined) {
    throw new UsageError('--node and --selector cannot be used together; choose one');
  }
}

/** `null` where none is named, which means every node. */
function targetsOf({ node, selector }: PlanOptions): NodeTarget[] | null {
  if (selector !== undefined) return [{ selector }];
  return node.length === 0 ? null : node.map((text) => ({ name: parseNodeName(text).name }));
}

/** Too much to mean every node by leaving something out. */
function named(option: string, names: readonly string[], targets: NodeTarget[] | null): NodeTarget[] {
  return names.flatMap((name): NodeTarget[] => {
    if (name !== '') return [{ name: parseNodeName(name).name }];
    if (targets !== null) return targets;
    throw new UsageError(`--${option} needs to know which nodes: --${option} NAME, --node NAME or --selector SELECTOR`);
  });
}
