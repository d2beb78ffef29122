/**
 * The compiled placement rules of a DaemonSet, and the decision. This is the hot path: it allocates nothing per
 * node. Code that only explanations need is elsewhere.
 */
import type { Node } from '../kubernetes/objects.ts';
import { readEntry } from '../kubernetes/unvalidated-fields.ts';
import type { DaemonSetFields, SelectorEntry } from './daemon-set-fields.ts';
import { anyTermMatches, type CompiledTerm, compileTerm } from './node-affinity.ts';
import { type Labels, labelsOf, nodeNameOf, taintsOf } from './node-reading.ts';
import {
  type PodToleration,
  podTolerations,
  type TolerationsByEffect,
  taintVerdict,
  tolerationsByEffect,
} from './tolerations.ts';
import type { Verdict } from './types.ts';

export interface PlacementRules {
  /** `''` where the template has no nodeName. */
  readonly nodeName: string;
  readonly nodeSelector: readonly SelectorEntry[];
  /** `null` without required node affinity. */
  readonly terms: readonly CompiledTerm[] | null;
  /** The terms that can match. */
  readonly usableTerms: readonly CompiledTerm[];
  /** Tolerations of the daemon pod: those of the template and the automatic ones. */
  readonly tolerations: readonly PodToleration[];
  readonly tolerationsByEffect: TolerationsByEffect;
  /** Number of tolerations in the template. */
  readonly templateTolerations: number;
  /** Whether there is a nodeSelector or required node affinity. */
  readonly selects: boolean;
  /** Number of nodeSelector entries and requirements. */
  readonly demands: number;
}

export function compileRules(fields: DaemonSetFields): PlacementRules {
  const terms = fields.terms?.map(compileTerm) ?? null;
  const tolerations = podTolerations(fields);
  return {
    nodeName: fields.nodeName,
    nodeSelector: fields.nodeSelector,
    terms,
    usableTerms: terms?.filter(({ usable }) => usable) ?? [],
    tolerations,
    tolerationsByEffect: tolerationsByEffect(tolerations),
    templateTolerations: fields.tolerations.length,
    selects: fields.nodeSelector.length > 0 || terms !== null,
    demands: fields.nodeSelector.length + requirementCount(terms ?? []),
  };
}

function requirementCount(terms: readonly CompiledTerm[]): number {
  return terms.reduce((count, { expressions, fields }) => count + expressions.length + fields.length, 0);
}

/** The decision (daemon_controller.go, NodeShouldRunDaemonPod). */
export function decideByRules(rules: PlacementRules, node: Node): Verdict {
  return isSelected(rules, node) ? taintVerdict(rules.tolerationsByEffect, taintsOf(node)) : 'none';
}

/** Whether nodeName, nodeSelector and required node affinity match the node. */
export function isSelected(rules: PlacementRules, node: Node): boolean {
  if (rules.nodeName !== '' && rules.nodeName !== nodeNameOf(node)) return false;
  return !rules.selects || labelsAreSelected(rules, labelsOf(node), node);
}

/** Whether all taints with effect NoSchedule or NoExecute are tolerated. */
export function isTolerated(rules: PlacementRules, node: Node): boolean {
  return taintVerdict(rules.tolerationsByEffect, taintsOf(node)) === 'run';
}

/** Whether nodeSelector and required node affinity match. `labels` replace the labels of the node. */
export function labelsAreSelected(rules: PlacementRules, labels: Labels, node: Node): boolean {
  const { nodeSelector } = rules;
  for (let i = 0; i < nodeSelector.length; i++) {
    const { key, value } = nodeSelector[i] as SelectorEntry;
    if (readEntry(labels, key) !== value) return false;
  }
  return rules.terms === null || anyTermMatches(rules.usableTerms, labels, node);
}
