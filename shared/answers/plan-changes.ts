/** Converts the changes of a plan to messages, within the size that one answer can have. */
import { RollcallError } from '../errors.ts';
import type { PlacementResult, Reason } from '../placement/types.ts';
import type { PlannedChange } from '../plan/plan.ts';
import type { PlannedChange as WireChange } from '../rpc/generated/rollcall/v1/PlannedChange.ts';
import { placementToWire } from '../rpc/wire.ts';
import { daemonSetRef } from '../rpc/wire-daemon-set.ts';
import { CHANGES_BYTES } from './limits.ts';

export interface ChangesBytes {
  readonly explainedMax: number;
  readonly reasonedMax: number;
  readonly max: number;
}

/**
 * The first changes contain all reasons and edits, later ones only the reasons that failed, and the last ones none.
 * Yields after each change.
 * @throws RollcallError ARGUMENT_INVALID if one answer cannot carry the changes even so
 */
export function* changesToWire(
  changes: readonly PlannedChange[],
  limits: ChangesBytes = CHANGES_BYTES,
): Generator<void, WireChange[]> {
  const messages: WireChange[] = [];
  let bytes = 0;
  for (const { daemonSet, node, before, after } of changes) {
    const reduce = bytes < limits.explainedMax ? everything : bytes < limits.reasonedMax ? failedReasons : verdictOnly;
    const [from, to] = [before && reduce(before), after && reduce(after)];
    bytes += bytesOf(daemonSet, node, [...(from?.reasons ?? []), ...(to?.reasons ?? [])]);
    if (bytes > limits.max) throw tooManyChanges(changes.length);
    messages.push({
      daemonSet: daemonSetRef(daemonSet),
      node: { name: node },
      before: from && placementToWire(daemonSet, node, from),
      after: to && placementToWire(daemonSet, node, to),
    });
    yield;
  }
  return messages;
}

/** Reads the reasons once: a planned placement computes them whenever they are read. */
function everything(placement: PlacementResult): PlacementResult {
  return { ...verdictOnly(placement), reasons: placement.reasons };
}

function failedReasons(placement: PlacementResult): PlacementResult {
  const failed = placement.reasons.filter(({ outcome }) => outcome === 'failed');
  return { ...verdictOnly(placement), reasons: failed.map((reason) => ({ ...reason, edits: [] })) };
}

function verdictOnly({
  verdict,
  selected,
  tolerated,
  shouldRun,
  shouldContinueRunning,
}: PlacementResult): PlacementResult {
  return { verdict, selected, tolerated, shouldRun, shouldContinueRunning, reasons: [] };
}

/** Maximum size of the tags and lengths of a message, without its texts. */
const FRAME_BYTES = 24;

/** Approximate size of a change on the wire: serializing it to find out would cost as much as sending it. */
function bytesOf(daemonSet: string, node: string, reasons: readonly Reason[]): number {
  const names = daemonSet.length + node.length + FRAME_BYTES;
  return reasons.reduce((sum, reason) => sum + bytesOfReason(reason), 3 * names);
}

function bytesOfReason({ code, message, fieldPath, nodeFieldPath, expected, found, edits }: Reason): number {
  const texts = [code, message, fieldPath, nodeFieldPath, expected, found ?? ''];
  for (const edit of edits) texts.push(edit.objectKind, edit.fieldPath, edit.action, edit.command);
  return texts.reduce((sum, text) => sum + text.length, FRAME_BYTES * (1 + edits.length));
}

function tooManyChanges(count: number): RollcallError {
  return new RollcallError(
    'ARGUMENT_INVALID',
    `${count} placements would change, more than one answer can carry; plan fewer DaemonSets or nodes at once`,
  );
}
