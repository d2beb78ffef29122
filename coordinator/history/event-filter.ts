/** The filter of a request for events, for lists and watches. */
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetRef__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import type { EnumCodec } from '../../shared/rpc/wire-enum.ts';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import type { EventQuery } from '../journal/read/event-query.ts';
import { namedFilter } from './known-names.ts';

export type EventFilter = Pick<
  EventQuery,
  'node' | 'daemonSet' | 'namespace' | 'kinds' | 'triggers' | 'causeRevision' | 'actor'
>;

interface FilterRequest {
  readonly daemonSet: DaemonSetRef__Output | null;
  readonly namespace: string;
  readonly nodeName: string;
  readonly kinds: readonly string[];
  readonly triggers: readonly string[];
  readonly causeRevision: string;
  readonly actor: string;
}

/** @throws RollcallError ARGUMENT_INVALID, also for a kind or trigger that this version does not know */
export function eventFilter(request: FilterRequest): EventFilter {
  const { daemonSet, namespace, nodeName, kinds, triggers, actor } = request;
  const causeRevision = Number(request.causeRevision);
  if (causeRevision < 0) {
    throw new RollcallError('ARGUMENT_INVALID', `cause_revision is ${causeRevision}; use 1 or more`);
  }
  return {
    ...namedFilter(daemonSet, namespace, nodeName),
    ...(kinds.length > 0 && { kinds: kinds.map((wire) => wordOf('kinds', eventKindCodec, wire)) }),
    ...(triggers.length > 0 && { triggers: triggers.map((wire) => wordOf('triggers', triggerCodec, wire)) }),
    ...(causeRevision > 0 && { causeRevision }),
    ...(actor !== '' && { actor }),
  };
}

function wordOf<Word extends string>(field: string, codec: EnumCodec<Word, string>, wire: string): Word {
  const word = codec.fromWire(wire);
  if (word !== undefined) return word;
  throw new RollcallError('ARGUMENT_INVALID', `${field} contains ${wire}; use ${codec.words.join(', ')}`);
}
