/** Writes the changes of a plan as messages, and keeps them within what one answer can carry. */
import { RollcallError } from '../../shared/errors.ts';
import type { PlacementResult } from '../../shared/placement/types.ts';
import type { PlannedChange } from '../../shared/plan/plan.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import type { PlannedChange as WireChange } from '../../shared/rpc/generated/rollcall/v1/PlannedChange.ts';
import { daemonSetRef, placementToWire } from '../../shared/rpc/wire.ts';
import { CHANGES_BYTES_MAX, EXPLAINED_BYTES_MAX } from './plan-limits.ts';

export interface ChangesLimits {
  readonly explainedBytesMax: number;
  readonly bytesMax: number;
}

const LIMITS: ChangesLimits = { explainedBytesMax: EXPLAINED_BYTES_MAX, bytesMax: CHANGES_BYTES_MAX };

/**
 * The first changes come with every reason and edit, later ones with the reasons that stand in the way.
 * @throws RollcallError where even those are more than one answer carries.
 */
export function changesToWire(changes: readonly PlannedChange[], limits: ChangesLimits = LIMITS): WireChange[] {
  const codec = messageCodec('rollcall.v1.PlannedChange');
  const messages: WireChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const message = changeToWire(
      change,
      bytes < limits.explainedBytesMax ? (placement) => placement : whatStandsInTheWay,
    );
    bytes += codec.serialize(message).length;
    if (bytes > limits.bytesMax) throw tooManyChanges(changes.length);
    messages.push(message);
  }
  return messages;
}

type Telling = (placement: PlacementResult) => PlacementResult;

function changeToWire({ daemonSet, node, before, after }: PlannedChange, told: Telling): WireChange {
  return {
    daemonSet: daemonSetRef(daemonSet),
    node: { name: node },
    before: before && placementToWire(daemonSet, node, told(before)),
    after: after && placementToWire(daemonSet, node, told(after)),
  };
}

function whatStandsInTheWay({ verdict, shouldRun, shouldContinueRunning, reasons }: PlacementResult): PlacementResult {
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  return { verdict, shouldRun, shouldContinueRunning, reasons: failed.map((reason) => ({ ...reason, edits: [] })) };
}

function tooManyChanges(count: number): RollcallError {
  return new RollcallError(
    'ARGUMENT_INVALID',
    `${count} placements would change, more than one answer carries; plan fewer DaemonSets or nodes at once`,
  );
}
