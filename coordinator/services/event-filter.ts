/** Which rows of the journal a caller wants: the same words for a page and for a watch. */
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetRef__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetKey } from '../../shared/rpc/wire.ts';
import { eventKindCodec } from '../../shared/rpc/wire-words.ts';
import type { EventKind } from '../journal/events.ts';
import { isNamed } from './names.ts';

export interface EventFilter {
  readonly node?: string;
  /** One DaemonSet, or every one of a name, whatever its namespace. */
  readonly daemonSet?: string | { readonly name: string };
  readonly kinds?: readonly EventKind[];
}

interface FilterRequest {
  readonly daemonSet: DaemonSetRef__Output | null;
  readonly nodeName: string;
  readonly kinds: readonly string[];
}

/** @throws RollcallError for a kind that this version does not know. */
export function eventFilter({ daemonSet, nodeName, kinds }: FilterRequest): EventFilter {
  return {
    ...(nodeName !== '' && { node: nodeName }),
    ...(isNamed(daemonSet) && { daemonSet: daemonSet.namespace ? daemonSetKey(daemonSet) : { name: daemonSet.name } }),
    ...(kinds.length > 0 && { kinds: kinds.map(kindOf) }),
  };
}

function kindOf(wire: string): EventKind {
  const kind = eventKindCodec.fromWire(wire);
  if (kind !== undefined) return kind;
  throw new RollcallError('ARGUMENT_INVALID', `kinds holds ${wire}; use ${eventKindCodec.values.join(', ')}`);
}
