/** Reads the hypothetical node changes of a plan request. */
import { RollcallError } from '../errors.ts';
import {
  type NodeAlteration,
  type NodeTarget,
  parseAddTaint,
  parseRemoveLabel,
  parseRemoveTaint,
  parseSetLabel,
} from '../plan/node-change.ts';
import type { NodeChange__Output as WireChange } from '../rpc/generated/rollcall/v1/NodeChange.ts';
import { WHAT_IF_LENGTH_MAX } from './limits.ts';

export type TargetedAlteration = NodeAlteration & { readonly target: NodeTarget };

/**
 * Reads a change of existing nodes; an added node is a manifest instead.
 * @throws RollcallError with the index of the change
 */
export function alterationFromWire(wire: WireChange, index: number): TargetedAlteration {
  try {
    return { ...alteration(wire), target: target(wire) };
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    throw new RollcallError(error.reason, `node_changes[${index}]: ${error.message}`, { metadata: error.metadata });
  }
}

function alteration(wire: WireChange): NodeAlteration {
  const { change, setLabel = '', removeLabel = '', addTaint = '', removeTaint = '' } = wire;
  switch (change) {
    case 'setLabel':
      return parseSetLabel(short(setLabel));
    case 'removeLabel':
      return parseRemoveLabel(short(removeLabel));
    case 'addTaint':
      return parseAddTaint(short(addTaint));
    case 'removeTaint':
      return parseRemoveTaint(short(removeTaint));
    case 'cordon':
      if (wire.cordon !== true) throw usageError('cordon is false; omit it or set it to true');
      return { op: 'cordon' };
    case 'drop':
      if (wire.drop !== true) throw usageError('drop is false; omit it or set it to true');
      return { op: 'drop' };
    default:
      throw usageError('no change is set; set one of its fields');
  }
}

function target({ nodeName, labelSelector }: WireChange): NodeTarget {
  if (nodeName === '') return { selector: short(labelSelector) };
  if (labelSelector !== '') throw usageError('node_name and label_selector are both set; choose one');
  return { name: short(nodeName) };
}

/** Keeps overlong texts from being parsed, and from being repeated in an error. */
function short(text: string): string {
  if (text.length <= WHAT_IF_LENGTH_MAX) return text;
  throw usageError(`a text has ${text.length} characters; use at most ${WHAT_IF_LENGTH_MAX}`);
}

function usageError(message: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', message);
}
