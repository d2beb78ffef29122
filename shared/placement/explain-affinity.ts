/** Reasons for required node affinity: the affinity, each term, and each requirement of each term. */
import { isLabelValue } from '../kubernetes/label-syntax.ts';
import { affinityEdits, labelEdit, NO_EDITS, requirementRemovalEdit, requirementValueEdit } from './edits.ts';
import { entryPath, itemPath, NODE_LABELS_PATH, REQUIRED_AFFINITY_PATH, TERMS_PATH } from './field-paths.ts';
import { INT64_MAX } from './int64.ts';
import { type CompiledTerm, fieldsAreSkipped, requirementValue } from './node-affinity.ts';
import { type PlacementPair, verdictWithoutBlocker } from './pair.ts';
import type { ReasonCode } from './reason-codes.ts';
import { type CompiledRequirement, requirementMatches } from './requirement.ts';
import type { Edit, Reason, RequirementPlace } from './types.ts';
import { requirementDemand, requirementText } from './wording.ts';

/** Maximum number of values of an `In` that are tried as the node's label. */
const TRIED_VALUES_MAX = 8;

/** A term with the text that is the same for every node. */
export interface ExplainedTerm {
  readonly term: CompiledTerm;
  readonly name: string;
  readonly fieldPath: string;
  readonly requirements: readonly ExplainedRequirement[];
  /** The first requirement that makes the term unusable, by name; `''` where all are usable. */
  readonly firstInvalid: string;
}

interface ExplainedRequirement {
  readonly requirement: CompiledRequirement;
  readonly place: RequirementPlace;
  readonly fieldPath: string;
  readonly nodeFieldPath: string;
  readonly demand: string;
  readonly expected: string;
}

/** The result of a term on one node. */
interface TermState {
  readonly matches: boolean;
  /** Number of requirements that the node does not meet. */
  readonly missedCount: number;
  /** Whether all unmet requirements are valid and read the same label. */
  readonly missesOneLabel: boolean;
  /** Number of requirements. */
  readonly count: number;
}

export function explainedTerm(term: CompiledTerm): ExplainedTerm {
  const fieldPath = itemPath(TERMS_PATH, term.index);
  const all = [...term.expressions, ...term.fields];
  const invalid = all.find(({ problem }) => problem !== '');
  return {
    term,
    name: itemPath('nodeSelectorTerms', term.index),
    fieldPath,
    requirements: all.map((requirement) => ({
      requirement,
      place: { term: term.index, list: requirement.list, index: requirement.index },
      fieldPath: itemPath(`${fieldPath}.${requirement.list}`, requirement.index),
      nodeFieldPath:
        requirement.list === 'matchExpressions' ? entryPath(NODE_LABELS_PATH, requirement.key) : requirement.key,
      demand: requirementDemand(requirement),
      expected: requirementText(requirement),
    })),
    firstInvalid: invalid === undefined ? '' : itemPath(invalid.list, invalid.index),
  };
}

/** Adds the reasons of the affinity, followed by those of its terms and requirements. */
export function addAffinityReasons(pair: PlacementPair, terms: readonly ExplainedTerm[], reasons: Reason[]): void {
  const place = reasons.length;
  let matching: ExplainedTerm | null = null;
  for (const term of terms) {
    if (addTermReasons(pair, term, reasons)) matching ??= term;
  }
  reasons.splice(place, 0, affinityReason(pair, terms.length, matching));
}

function affinityReason(pair: PlacementPair, count: number, matching: ExplainedTerm | null): Reason {
  const matches = matching !== null;
  return {
    code: matches ? 'AFFINITY_MATCHES' : 'AFFINITY_NO_TERM_MATCHES',
    outcome: matches ? 'passed' : 'failed',
    message: affinityMessage(count, matching),
    fieldPath: REQUIRED_AFFINITY_PATH,
    nodeFieldPath: '',
    expected: count === 1 ? 'its only term' : `one of ${count} terms`,
    found: matching === null ? null : matching.name,
    edits: matches ? NO_EDITS : affinityEdits(pair),
  };
}

function affinityMessage(count: number, matching: ExplainedTerm | null): string {
  if (matching !== null) return `Required node affinity is satisfied: ${matching.name} matches this node.`;
  if (count === 0) return 'Required node affinity has no terms. Without terms, it matches no node.';
  return count === 1
    ? 'Required node affinity is not satisfied: its only term does not match this node.'
    : `Required node affinity is not satisfied: none of its ${count} terms match this node.`;
}

/** Returns whether the term matches. */
function addTermReasons(pair: PlacementPair, explained: ExplainedTerm, reasons: Reason[]): boolean {
  const { term, requirements } = explained;
  const met = requirements.map(({ requirement }) => isMet(pair, requirement));
  const missed = requirements.filter((_, i) => !met[i]);
  const matches = term.usable && missed.length === 0;
  reasons.push({
    code: termCode(explained, matches),
    outcome: matches ? 'passed' : pair.affinityMatches ? 'ignored' : 'failed',
    message: termMessage(pair, explained, matches, missed.length),
    fieldPath: explained.fieldPath,
    nodeFieldPath: '',
    expected: requirements.length === 1 ? 'its only requirement' : `all of ${requirements.length} requirements`,
    found: `${requirements.length - missed.length} met`,
    edits: NO_EDITS,
  });
  const state: TermState = {
    matches,
    missedCount: missed.length,
    missesOneLabel: askForOneLabel(missed),
    count: requirements.length,
  };
  for (const [i, requirement] of requirements.entries()) {
    const edits = met[i] ? keptEdits(pair, requirement, state) : missedEdits(pair, requirement, state);
    reasons.push(requirementReason(pair, requirement, met[i] === true, edits));
  }
  return matches;
}

function termCode({ term, requirements }: ExplainedTerm, matches: boolean): ReasonCode {
  if (matches) return 'AFFINITY_TERM_MATCHES';
  if (requirements.length === 0) return 'AFFINITY_TERM_EMPTY';
  return term.usable ? 'AFFINITY_TERM_DOES_NOT_MATCH' : 'AFFINITY_TERM_UNUSABLE';
}

function termMessage(pair: PlacementPair, explained: ExplainedTerm, matches: boolean, missedCount: number): string {
  const { name, requirements, firstInvalid } = explained;
  if (matches) return `${name} matches: this node meets all its requirements.`;
  const ending = pair.affinityMatches ? '. Another term matches, so this has no effect.' : '.';
  if (requirements.length === 0) return `${name} is empty, and an empty term matches no node${ending}`;
  if (firstInvalid !== '') return `${name} matches no node, because its ${firstInvalid} is not valid${ending}`;
  const missed =
    requirements.length === 1 ? 'its only requirement' : `${missedCount} of its ${requirements.length} requirements`;
  return `${name} does not match: this node does not meet ${missed}${ending}`;
}

function requirementReason(
  pair: PlacementPair,
  explained: ExplainedRequirement,
  met: boolean,
  edits: readonly Edit[],
): Reason {
  const { requirement, fieldPath, nodeFieldPath, expected } = explained;
  const value = requirementValue(requirement, pair.labels, pair.nodeName);
  return {
    code: requirementCode(pair, requirement, met),
    outcome: met ? 'passed' : pair.affinityMatches ? 'ignored' : 'failed',
    message: requirementMessage(pair, explained, met, value),
    fieldPath,
    nodeFieldPath,
    expected,
    found: value ?? null,
    edits,
  };
}

function requirementCode(pair: PlacementPair, requirement: CompiledRequirement, met: boolean): ReasonCode {
  if (requirement.problem !== '') return 'AFFINITY_REQUIREMENT_INVALID';
  if (requirement.list === 'matchFields' && fieldsAreSkipped(pair.nodeName)) return 'AFFINITY_FIELD_SKIPPED';
  return met ? 'AFFINITY_REQUIREMENT_MATCHES' : 'AFFINITY_REQUIREMENT_DOES_NOT_MATCH';
}

function requirementMessage(
  pair: PlacementPair,
  explained: ExplainedRequirement,
  met: boolean,
  value: string | undefined,
): string {
  const { requirement, demand } = explained;
  if (requirement.problem !== '') {
    return `The requirement is not valid: ${requirement.problem}. Kubernetes treats the whole term as not matching.`;
  }
  if (requirement.list === 'matchFields' && fieldsAreSkipped(pair.nodeName)) {
    return `${demand}; Kubernetes skips this requirement because the node has no name.`;
  }
  const fact = value === undefined ? 'this node does not have it.' : `its value on this node is '${value}'.`;
  return `${demand}, ${met ? 'and' : 'but'} ${fact}`;
}

function isMet(pair: PlacementPair, requirement: CompiledRequirement): boolean {
  if (requirement.problem !== '') return false;
  if (requirement.list === 'matchFields' && fieldsAreSkipped(pair.nodeName)) return true;
  return requirementMatches(requirement, requirementValue(requirement, pair.labels, pair.nodeName));
}

/** For a requirement that the node meets: the edit of its label that changes the verdict, if the term matches. */
function keptEdits(
  pair: PlacementPair,
  { requirement }: ExplainedRequirement,
  { matches }: TermState,
): readonly Edit[] {
  if (!matches || pair.verdict === 'none') return NO_EDITS;
  if (requirement.list === 'matchFields') return NO_EDITS;
  const edit = labelEdit(pair, requirement.key, breakingValue(requirement));
  return edit === null ? NO_EDITS : [edit];
}

/** A label value that does not meet the requirement; `undefined` for no label. */
function breakingValue({ operator, values }: CompiledRequirement): string | undefined {
  if (operator === 'NotIn') return values[0];
  return operator === 'DoesNotExist' ? '' : undefined;
}

/** For a requirement that the node does not meet: edits that make its term match, unless another requirement prevents it. */
function missedEdits(
  pair: PlacementPair,
  { requirement, place }: ExplainedRequirement,
  { missedCount, missesOneLabel, count }: TermState,
): readonly Edit[] {
  if (pair.affinityMatches || verdictWithoutBlocker(pair) === 'none') return NO_EDITS;
  const edits: Edit[] = [];
  if (missesOneLabel) {
    const onNode = firstLabelEdit(pair, requirement);
    if (onNode !== null) edits.push(onNode);
  }
  if (missedCount > 1) return edits;
  const found = requirementValue(requirement, pair.labels, pair.nodeName);
  if (missesOneLabel && requirement.operator === 'In' && found !== undefined && isLabelValue(found)) {
    edits.push(requirementValueEdit(pair, place, found));
  }
  // Without its last requirement the term would be empty, and an empty term matches no node.
  if (count > 1) edits.push(requirementRemovalEdit(pair, place));
  return edits;
}

function askForOneLabel(requirements: readonly ExplainedRequirement[]): boolean {
  const key = requirements[0]?.requirement.key;
  return requirements.every(
    ({ requirement }) =>
      requirement.list === 'matchExpressions' && requirement.problem === '' && requirement.key === key,
  );
}

function firstLabelEdit(pair: PlacementPair, requirement: CompiledRequirement): Edit | null {
  for (const value of repairingValues(requirement)) {
    const edit = labelEdit(pair, requirement.key, value);
    if (edit !== null) return edit;
  }
  return null;
}

/** Label values that may meet the requirement; `undefined` for no label. */
function repairingValues({ operator, values, bound }: CompiledRequirement): readonly (string | undefined)[] {
  switch (operator) {
    case 'In':
      return values.slice(0, TRIED_VALUES_MAX);
    case 'Exists':
      return [''];
    case 'Gt':
      return BigInt(bound) < INT64_MAX ? [String(BigInt(bound) + 1n)] : [];
    case 'Lt':
      // A label value cannot have a sign, so none is less than 0.
      return BigInt(bound) > 0n ? [String(BigInt(bound) - 1n)] : [];
    default:
      return [undefined];
  }
}
