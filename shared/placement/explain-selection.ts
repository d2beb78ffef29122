/** Reasons for nodeName, for nodeSelector, and for a DaemonSet without constraints. */

import { readEntry } from '../kubernetes/unvalidated-fields.ts';
import type { SelectorEntry } from './daemon-set-fields.ts';
import { labelEdit, NO_EDITS, nodeNameEdits, selectorEdits } from './edits.ts';
import { entryPath, NODE_LABELS_PATH, NODE_NAME_PATH, NODE_SELECTOR_PATH, POD_SPEC } from './field-paths.ts';
import type { PlacementPair } from './pair.ts';
import type { PlacementRules } from './rules.ts';
import type { Reason } from './types.ts';

/** The reason for a DaemonSet that selects every node; `null` for any other. */
export function unconstrainedReason(rules: PlacementRules): Reason | null {
  if (rules.nodeName !== '' || rules.nodeSelector.length > 0 || rules.terms !== null) return null;
  return {
    code: 'NO_CONSTRAINTS',
    outcome: 'passed',
    message: 'The DaemonSet has no nodeName, nodeSelector or required node affinity, so it selects every node.',
    fieldPath: POD_SPEC,
    nodeFieldPath: '',
    expected: 'any node',
    found: null,
    edits: NO_EDITS,
  };
}

export function nodeNameReason(pair: PlacementPair): Reason | null {
  const expected = pair.rules.nodeName;
  if (expected === '') return null;
  const found = pair.nodeName;
  const fits = pair.nodeNameFits;
  return {
    code: fits ? 'NODE_NAME_MATCHES' : 'NODE_NAME_DIFFERS',
    outcome: fits ? 'passed' : 'failed',
    message: fits
      ? `The pod template sets nodeName '${expected}', which is this node.`
      : `The pod template sets nodeName '${expected}', but this node is '${found}'.`,
    fieldPath: NODE_NAME_PATH,
    nodeFieldPath: 'metadata.name',
    expected,
    found,
    edits: fits ? NO_EDITS : nodeNameEdits(pair),
  };
}

/** One nodeSelector entry with the text that is the same for every node. */
export interface ExplainedEntry extends SelectorEntry {
  readonly fieldPath: string;
  readonly nodeFieldPath: string;
  readonly expected: string;
}

export function explainedEntry({ key, value }: SelectorEntry): ExplainedEntry {
  return {
    key,
    value,
    fieldPath: entryPath(NODE_SELECTOR_PATH, key),
    nodeFieldPath: entryPath(NODE_LABELS_PATH, key),
    expected: `${key}=${value}`,
  };
}

export function selectorReason(pair: PlacementPair, entry: ExplainedEntry): Reason {
  const { key, value, fieldPath, nodeFieldPath, expected } = entry;
  const found = readEntry(pair.labels, key);
  const place = { fieldPath, nodeFieldPath, expected, found: found ?? null };
  if (found === value) {
    const removal = pair.verdict === 'none' ? null : labelEdit(pair, key, undefined);
    return {
      code: 'NODE_SELECTOR_MATCHES',
      outcome: 'passed',
      message: `nodeSelector requires label ${expected}, and this node has it.`,
      ...place,
      edits: removal === null ? NO_EDITS : [removal],
    };
  }
  return {
    code: found === undefined ? 'NODE_SELECTOR_LABEL_MISSING' : 'NODE_SELECTOR_VALUE_DIFFERS',
    outcome: 'failed',
    message:
      found === undefined
        ? `nodeSelector requires label ${expected}, but this node does not have label ${key}.`
        : `nodeSelector requires label ${expected}, but its value on this node is '${found}'.`,
    ...place,
    edits: selectorEdits(pair, key, value),
  };
}
