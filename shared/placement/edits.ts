/**
 * Single edits of a node or a DaemonSet that change a verdict. Each edit is evaluated before it is offered.
 * An edit that would not change the verdict is never offered.
 */
import { isDnsSubdomain, isLabelValue, isQualifiedName } from '../kubernetes/label-syntax.ts';
import { taintText } from '../kubernetes/taint-text.ts';
import { asText, readEntry } from '../kubernetes/unvalidated-fields.ts';
import type { TolerationFields } from './daemon-set-fields.ts';
import {
  entryPath,
  itemPath,
  NODE_LABELS_PATH,
  NODE_NAME_PATH,
  NODE_SELECTOR_PATH,
  NODE_TAINTS_PATH,
  REQUIRED_AFFINITY_PATH,
  TERMS_PATH,
  TOLERATIONS_PATH,
} from './field-paths.ts';
import { tolerationObject } from './inputs.ts';
import type { RawTaint } from './node-reading.ts';
import { type PlacementPair, verdictWithLabel, verdictWithoutBlocker } from './pair.ts';
import { taintVerdict, tolerationsByEffect } from './tolerations.ts';
import type { Edit, EditChange, RequirementPlace, Verdict } from './types.ts';
import { tolerationText, tolerationYaml } from './wording.ts';

/** Each label edit costs one evaluation, so none are tried for a DaemonSet with more requirements than this. */
const TRIED_DEMANDS_MAX = 256;
/** The same bound for the taints of a node. */
const TRIED_TAINTS_MAX = 64;

export const NO_EDITS: readonly Edit[] = Object.freeze([]);

/** The kubelet sets these labels, so an edit would be reverted. */
const LABELS_OF_KUBELET: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

/** Kubernetes adds these taints again while their condition holds, so a removal would be reverted. */
const TAINTS_OF_KUBERNETES: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/network-unavailable',
  'node.kubernetes.io/unschedulable',
]);

/** The edit that sets or removes a node label; `null` if it does not change the verdict or is not possible. */
export function labelEdit(pair: PlacementPair, key: string, value: string | undefined): Edit | null {
  if (pair.rules.demands > TRIED_DEMANDS_MAX || LABELS_OF_KUBELET.has(key) || !isQualifiedName(key)) return null;
  if (value !== undefined && !isLabelValue(value)) return null;
  const verdict = verdictWithLabel(pair, key, value);
  if (verdict === pair.verdict) return null;
  const fieldPath = entryPath(NODE_LABELS_PATH, key);
  if (value === undefined) {
    const command = kubectl(pair, 'label', `${key}-`);
    return edit('Node', fieldPath, `remove label ${key}`, verdict, command, { op: 'removeLabel', key });
  }
  const overwrite = readEntry(pair.labels, key) === undefined ? '' : ' --overwrite';
  const command = kubectl(pair, 'label', `${key}=${value}${overwrite}`);
  return edit('Node', fieldPath, `set label ${key}=${value}`, verdict, command, { op: 'setLabel', key, value });
}

/** Edits of the DaemonSet or the node that make a nodeSelector entry match. */
export function selectorEdits(pair: PlacementPair, key: string, value: string): readonly Edit[] {
  const verdict = verdictWithoutBlocker(pair);
  if (verdict === pair.verdict) return NO_EDITS;
  const edits: Edit[] = [];
  const onNode = labelEdit(pair, key, value);
  if (onNode !== null) edits.push(onNode);
  const fieldPath = entryPath(NODE_SELECTOR_PATH, key);
  const found = readEntry(pair.labels, key);
  if (found !== undefined && isLabelValue(found)) {
    const change: EditChange = { op: 'setNodeSelector', key, value: found };
    edits.push(edit('DaemonSet', fieldPath, `change nodeSelector ${key} to '${found}'`, verdict, '', change));
  }
  const change: EditChange = { op: 'removeNodeSelector', key };
  edits.push(edit('DaemonSet', fieldPath, `remove nodeSelector ${key}=${value}`, verdict, '', change));
  return edits;
}

export function nodeNameEdits(pair: PlacementPair): readonly Edit[] {
  const verdict = verdictWithoutBlocker(pair);
  if (verdict === pair.verdict) return NO_EDITS;
  return [edit('DaemonSet', NODE_NAME_PATH, 'remove nodeName', verdict, '', { op: 'removeNodeName' })];
}

/** For a required node affinity without a matching term. */
export function affinityEdits(pair: PlacementPair): readonly Edit[] {
  const verdict = verdictWithoutBlocker(pair);
  if (verdict === pair.verdict) return NO_EDITS;
  const action = 'remove the required node affinity';
  return [edit('DaemonSet', REQUIRED_AFFINITY_PATH, action, verdict, '', { op: 'removeRequiredAffinity' })];
}

/** For a requirement whose removal makes its term match. */
export function requirementRemovalEdit(pair: PlacementPair, place: RequirementPlace): Edit {
  const action = `remove requirement ${place.list}[${place.index}] of nodeSelectorTerms[${place.term}]`;
  const change: EditChange = { op: 'removeRequirement', ...place };
  return edit('DaemonSet', requirementPath(place), action, verdictWithoutBlocker(pair), '', change);
}

/** For an `In` requirement whose term matches if the requirement lists the node's value. */
export function requirementValueEdit(pair: PlacementPair, place: RequirementPlace, value: string): Edit {
  const path = `${requirementPath(place)}.values`;
  const change: EditChange = { op: 'addRequirementValue', value, ...place };
  return edit('DaemonSet', path, `add value '${value}'`, verdictWithoutBlocker(pair), '', change);
}

/** For a taint that no toleration tolerates. */
export function untoleratedTaintEdits(pair: PlacementPair, taint: RawTaint): readonly Edit[] {
  const key = asText(taint?.key);
  if (pair.blockers > 0 || pair.taints.length > TRIED_TAINTS_MAX || !isQualifiedName(key)) return NO_EDITS;
  const effect = asText(taint?.effect);
  const tolerationPath = itemPath(TOLERATIONS_PATH, pair.rules.templateTolerations);
  const edits: Edit[] = [];
  // One effect first. If the node has the same key with two effects, both may be needed to reach `run`.
  let reached: Verdict = pair.verdict;
  for (const toleration of tolerationCandidates(key, asText(taint?.value), effect)) {
    if (reached === 'run') break;
    const verdict = taintVerdict(tolerationsByEffect([...pair.rules.tolerations, toleration]), pair.taints);
    if (verdict === reached) continue;
    reached = verdict;
    const change: EditChange = { op: 'addToleration', toleration: tolerationObject(toleration) };
    edits.push(edit('DaemonSet', tolerationPath, `add toleration ${tolerationYaml(toleration)}`, verdict, '', change));
  }
  if (!TAINTS_OF_KUBERNETES.has(key)) edits.push(...taintRemovalEdits(pair, key, effect));
  return edits;
}

/** For a taint that the toleration of the template at `index` tolerates. */
export function tolerationRemovalEdits(pair: PlacementPair, index: number): readonly Edit[] {
  if (pair.verdict === 'none' || pair.taints.length > TRIED_TAINTS_MAX) return NO_EDITS;
  const remaining = pair.rules.tolerations.filter(({ templateIndex }) => templateIndex !== index);
  const removed = pair.rules.tolerations.find(({ templateIndex }) => templateIndex === index);
  const verdict = taintVerdict(tolerationsByEffect(remaining), pair.taints);
  // Kubernetes would add an automatic toleration again.
  if (verdict === pair.verdict || removed === undefined || removed.automatic) return NO_EDITS;
  const action = `remove toleration ${tolerationText(removed)}`;
  const change: EditChange = { op: 'removeToleration', index };
  return [edit('DaemonSet', itemPath(TOLERATIONS_PATH, index), action, verdict, '', change)];
}

function taintRemovalEdits(pair: PlacementPair, key: string, effect: string): Edit[] {
  const edits: Edit[] = [];
  let reached: Verdict = pair.verdict;
  for (const removedEffect of [effect, '']) {
    if (reached === 'run') break;
    const left = pair.taints.filter(
      (taint) => asText(taint?.key) !== key || (removedEffect !== '' && taint?.effect !== removedEffect),
    );
    const verdict = taintVerdict(pair.rules.tolerationsByEffect, left);
    if (verdict === reached) continue;
    reached = verdict;
    const what = removedEffect === '' ? key : taintText({ key, value: '', effect: removedEffect });
    const action = removedEffect === '' ? `remove all taints with key ${key}` : `remove taint ${what}`;
    const change: EditChange = { op: 'removeTaint', key, effect: removedEffect };
    edits.push(edit('Node', NODE_TAINTS_PATH, action, verdict, kubectl(pair, 'taint', `${what}-`), change));
  }
  return edits;
}

function tolerationCandidates(key: string, value: string, effect: string): readonly TolerationFields[] {
  const operator = value === '' ? 'Exists' : 'Equal';
  return [
    { key, operator, value, effect, tolerationSeconds: null },
    { key, operator: 'Exists', value: '', effect: '', tolerationSeconds: null },
  ];
}

function requirementPath({ term, list, index }: RequirementPlace): string {
  return itemPath(`${itemPath(TERMS_PATH, term)}.${list}`, index);
}

/** Only valid node names appear in a command, so nothing needs quoting. */
function kubectl(pair: PlacementPair, verb: 'label' | 'taint', change: string): string {
  return isDnsSubdomain(pair.nodeName) ? `kubectl ${verb} node ${pair.nodeName} ${change}` : '';
}

function edit(
  objectKind: Edit['objectKind'],
  fieldPath: string,
  action: string,
  verdict: Verdict,
  command: string,
  change: EditChange,
): Edit {
  return { objectKind, fieldPath, action, verdict, command, change };
}
