/** Reasons for the taints of a node and for a cordoned node. */

import { asText } from '../kubernetes/unvalidated-fields.ts';
import { NO_EDITS, tolerationRemovalEdits, untoleratedTaintEdits } from './edits.ts';
import { itemPath, NODE_TAINTS_PATH, TOLERATIONS_PATH } from './field-paths.ts';
import type { RawTaint } from './node-reading.ts';
import type { PlacementPair } from './pair.ts';
import { type PodToleration, toleratingOf } from './tolerations.ts';
import type { Reason } from './types.ts';
import { rawTaintText, tolerationText } from './wording.ts';

/** The reason for a cordoned node, which does not affect daemon pods; `null` for any other node. */
export function unschedulableReason(pair: PlacementPair): Reason | null {
  if (pair.node?.spec?.unschedulable !== true) return null;
  return {
    code: 'NODE_UNSCHEDULABLE_IGNORED',
    outcome: 'ignored',
    message:
      'The node is cordoned. Kubernetes ignores this for daemon pods: ' +
      'they tolerate the taint node.kubernetes.io/unschedulable:NoSchedule automatically.',
    fieldPath: '',
    nodeFieldPath: 'spec.unschedulable',
    expected: '',
    found: 'true',
    edits: NO_EDITS,
  };
}

export function taintReason(pair: PlacementPair, taint: RawTaint, index: number): Reason {
  const effect = asText(taint?.effect);
  if (effect !== 'NoSchedule' && effect !== 'NoExecute' && effect !== 'PreferNoSchedule') {
    return unknownEffectReason(taint, index);
  }
  const toleration = toleratingOf(pair.rules.tolerations, taint);
  return toleration === undefined
    ? untoleratedReason(pair, taint, index, effect)
    : toleratedReason(pair, taint, index, toleration);
}

function toleratedReason(pair: PlacementPair, taint: RawTaint, index: number, toleration: PodToleration): Reason {
  const found = rawTaintText(taint);
  const fromTemplate = toleration.templateIndex >= 0;
  const place = fromTemplate ? itemPath('tolerations', toleration.templateIndex) : '';
  const blocking = taint?.effect !== 'PreferNoSchedule';
  return {
    code: fromTemplate ? 'TAINT_TOLERATED' : 'TAINT_TOLERATED_AUTOMATICALLY',
    outcome: 'passed',
    message: fromTemplate
      ? `Taint ${found} is tolerated by ${place} of the template (${tolerationText(toleration)}).`
      : `Taint ${found} is tolerated automatically: Kubernetes adds the toleration ${tolerationText(toleration)} to daemon pods.`,
    fieldPath: fromTemplate ? itemPath(TOLERATIONS_PATH, toleration.templateIndex) : '',
    nodeFieldPath: itemPath(NODE_TAINTS_PATH, index),
    expected: tolerationText(toleration),
    found,
    edits: fromTemplate && blocking ? tolerationRemovalEdits(pair, toleration.templateIndex) : NO_EDITS,
  };
}

function untoleratedReason(
  pair: PlacementPair,
  taint: RawTaint,
  index: number,
  effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule',
): Reason {
  const found = rawTaintText(taint);
  const preference = effect === 'PreferNoSchedule';
  return {
    code: preference ? 'TAINT_PREFERENCE_IGNORED' : 'TAINT_NOT_TOLERATED',
    outcome: preference ? 'ignored' : 'failed',
    message: `Taint ${found} is not tolerated${CONSEQUENCES[effect]}`,
    fieldPath: TOLERATIONS_PATH,
    nodeFieldPath: itemPath(NODE_TAINTS_PATH, index),
    expected: preference ? '' : 'no untolerated taint',
    found,
    edits: preference ? NO_EDITS : untoleratedTaintEdits(pair, taint),
  };
}

const CONSEQUENCES = {
  NoSchedule: ': new daemon pods do not start on this node, but existing ones are not evicted.',
  NoExecute: ': new daemon pods do not start on this node, and existing ones are evicted.',
  PreferNoSchedule: ', but PreferNoSchedule does not affect daemon pods.',
} as const;

function unknownEffectReason(taint: RawTaint, index: number): Reason {
  const found = rawTaintText(taint);
  return {
    code: 'TAINT_EFFECT_IGNORED',
    outcome: 'ignored',
    message: `Taint ${found} has the unknown effect '${asText(taint?.effect)}', which Kubernetes ignores.`,
    fieldPath: '',
    nodeFieldPath: itemPath(NODE_TAINTS_PATH, index),
    expected: '',
    found,
    edits: NO_EDITS,
  };
}
