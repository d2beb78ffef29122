/**
 * A DaemonSet's placement rules made ready, and the decision by them. This is the hot path: it
 * allocates nothing for a node, and everything that only an explanation needs lives elsewhere.
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
  /** `''` where the template names no node. */
  readonly nodeName: string;
  readonly nodeSelector: readonly SelectorEntry[];
  /** `null` where there is no required node affinity. */
  readonly terms: readonly CompiledTerm[] | null;
  /** Those of the terms that can match at all. */
  readonly usableTerms: readonly CompiledTerm[];
  /** Those of the daemon pod: the template's and the automatic ones. */
  readonly tolerations: readonly PodToleration[];
  readonly tolerationsByEffect: TolerationsByEffect;
  /** How many the template has itself. */
  readonly templateTolerations: number;
  /** Whether there is any nodeSelector or required node affinity. */
  readonly selects: boolean;
  /** How many nodeSelector entries and requirements there are. */
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

/** Whether name and labels of the node are those that the DaemonSet asks for. */
export function isSelected(rules: PlacementRules, node: Node): boolean {
  if (rules.nodeName !== '' && rules.nodeName !== nodeNameOf(node)) return false;
  return !rules.selects || labelsAreSelected(rules, labelsOf(node), node);
}

/** Whether no taint of effect NoSchedule or NoExecute is untolerated. */
export function isTolerated(rules: PlacementRules, node: Node): boolean {
  return taintVerdict(rules.tolerationsByEffect, taintsOf(node)) === 'run';
}

/** Whether nodeSelector and required node affinity match; `labels` stand in for the node's own. */
export function labelsAreSelected(rules: PlacementRules, labels: Labels, node: Node): boolean {
  const { nodeSelector } = rules;
  for (let i = 0; i < nodeSelector.length; i++) {
    const { key, value } = nodeSelector[i] as SelectorEntry;
    if (readEntry(labels, key) !== value) return false;
  }
  return rules.terms === null || anyTermMatches(rules.usableTerms, labels, node);
}
