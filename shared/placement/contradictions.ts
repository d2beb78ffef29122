/**
 * Finds terms that no node can match because their requirements contradict each other. Reports only certain
 * contradictions.
 */
import type { SelectorEntry } from './daemon-set-fields.ts';
import type { CompiledTerm } from './node-affinity.ts';
import {
  type CompiledRequirement,
  compileExpression,
  compileField,
  NODE_NAME_FIELD,
  requirementMatches,
} from './requirement.ts';
import type { PlacementRules } from './rules.ts';
import { requirementDemand } from './wording.ts';

/** The first contradiction between a usable term, nodeSelector and nodeName, as text; `''` where there is none. */
export function contradictionOf(term: CompiledTerm, rules: PlacementRules): string {
  const name = rules.nodeName === '' ? [] : [nodeNameRequirement(rules.nodeName)];
  const keys = new Set(term.expressions.map(({ key }) => key));
  const entries = rules.nodeSelector.filter(({ key }) => keys.has(key));
  const labels = [...entries.map(selectorRequirement), ...term.expressions];
  // Every node has a name. Any other field is unknown, which is a separate warning.
  const fields = [...name, ...term.fields.filter(({ key }) => key === NODE_NAME_FIELD)];
  for (const requirements of [...byKey(labels).values(), fields]) {
    if (!excludeEachOther(requirements)) continue;
    return requirements.map(requirementDemand).join('; ');
  }
  return '';
}

function excludeEachOther(requirements: readonly CompiledRequirement[]): boolean {
  const listing = requirements.find(({ operator }) => operator === 'In');
  if (listing !== undefined) {
    return !listing.values.some((value) => requirements.every((requirement) => requirementMatches(requirement, value)));
  }
  const mustExist = requirements.some(
    ({ operator }) => operator === 'Exists' || operator === 'Gt' || operator === 'Lt',
  );
  const mustNotExist = requirements.some(({ operator }) => operator === 'DoesNotExist');
  return (mustExist && mustNotExist) || boundsExcludeEachOther(requirements);
}

function boundsExcludeEachOther(requirements: readonly CompiledRequirement[]): boolean {
  let above: number | bigint | null = null;
  let below: number | bigint | null = null;
  for (const { operator, bound } of requirements) {
    if (operator === 'Gt' && (above === null || bound > above)) above = bound;
    if (operator === 'Lt' && (below === null || bound < below)) below = bound;
  }
  return above !== null && below !== null && BigInt(above) + 1n >= BigInt(below);
}

function byKey(requirements: readonly CompiledRequirement[]): Map<string, CompiledRequirement[]> {
  const grouped = new Map<string, CompiledRequirement[]>();
  for (const requirement of requirements) {
    const group = grouped.get(requirement.key);
    if (group === undefined) grouped.set(requirement.key, [requirement]);
    else group.push(requirement);
  }
  return grouped;
}

function selectorRequirement({ key, value }: SelectorEntry): CompiledRequirement {
  return compileExpression({ key, operator: 'In', values: [value] }, 0);
}

function nodeNameRequirement(nodeName: string): CompiledRequirement {
  return compileField({ key: NODE_NAME_FIELD, operator: 'In', values: [nodeName] }, 0);
}
