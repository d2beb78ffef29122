/** Warnings about a DaemonSet on one node: a placement that its author probably did not expect. */
import { NO_EDITS } from './edits.ts';
import { itemPath, NODE_TAINTS_PATH, TOLERATIONS_PATH } from './field-paths.ts';
import type { RawTaint } from './node-reading.ts';
import type { PlacementPair } from './pair.ts';
import { toleratingOf } from './tolerations.ts';
import type { Reason } from './types.ts';
import { rawTaintText, tolerationText } from './wording.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const FORMER_CONTROL_PLANE = 'node-role.kubernetes.io/master';

/** Taints that daemon pods tolerate automatically with effect NoExecute, but not with effect NoSchedule. */
const NOT_READY_TAINTS: ReadonlySet<unknown> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
]);

export function nodeWarnings(pair: PlacementPair): readonly Reason[] {
  const warnings: Reason[] = [];
  for (const [index, taint] of pair.taints.entries()) {
    if (taint?.effect !== 'NoSchedule' && taint?.effect !== 'NoExecute') continue;
    if (taint.key !== CONTROL_PLANE && !NOT_READY_TAINTS.has(taint.key)) continue;
    if (toleratingOf(pair.rules.tolerations, taint) !== undefined) continue;
    const warning = taint.key === CONTROL_PLANE ? renamedTaint(pair, taint, index) : notReadyTaint(taint, index);
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}

function notReadyTaint(taint: RawTaint, index: number): Reason {
  const found = rawTaintText(taint);
  return {
    code: 'WARNING_NOT_READY_TAINT_NOT_TOLERATED',
    outcome: 'warning',
    message:
      `Daemon pods automatically tolerate the NoExecute form of ${found}, but not this NoSchedule form: ` +
      'new daemon pods do not start until the node is ready, but existing ones are not evicted.',
    fieldPath: TOLERATIONS_PATH,
    nodeFieldPath: itemPath(NODE_TAINTS_PATH, index),
    expected: '',
    found,
    edits: NO_EDITS,
  };
}

/** Kubernetes 1.24 renamed the taint. Many templates still tolerate only the former name. */
function renamedTaint(pair: PlacementPair, taint: RawTaint, index: number): Reason | null {
  const former = pair.rules.tolerations.find(({ key }) => key === FORMER_CONTROL_PLANE);
  if (former === undefined) return null;
  const found = rawTaintText(taint);
  return {
    code: 'WARNING_CONTROL_PLANE_TAINT_RENAMED',
    outcome: 'warning',
    message:
      `The template tolerates ${FORMER_CONTROL_PLANE}, which Kubernetes renamed in 1.24. ` +
      `This node has the new taint ${found}, which the template does not tolerate.`,
    fieldPath: itemPath(TOLERATIONS_PATH, former.templateIndex),
    nodeFieldPath: itemPath(NODE_TAINTS_PATH, index),
    expected: tolerationText(former),
    found,
    edits: NO_EDITS,
  };
}
