/** Finds mistyped names: a name that does not appear in the journal is an error, not an empty list. */
import { isNamed } from '../../shared/answers/names.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetRef } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import type { KnownNames } from '../journal/read/historical-reader.ts';
import type { JournalPart } from './journal-reads.ts';

export interface NameDependencies {
  readonly journal: JournalPart<never, 'isKnown'>;
}

/** Names as a filter; a DaemonSet without a namespace stands for all DaemonSets of that name. */
export function namedFilter(daemonSet: DaemonSetRef | null, namespace: string, node: string): KnownNames {
  return {
    ...(node !== '' && { node }),
    ...(isNamed(daemonSet) && {
      daemonSet: daemonSet.namespace ? daemonSetKey(daemonSet) : { name: daemonSet.name ?? '' },
    }),
    ...(namespace !== '' && { namespace }),
  };
}

/** @throws RollcallError UNKNOWN_NODE or UNKNOWN_DAEMON_SET */
export async function refuseUnknown(
  { node, daemonSet, namespace }: KnownNames,
  { journal }: NameDependencies,
): Promise<void> {
  if (node !== undefined && !(await journal.history.isKnown({ node }))) {
    throw new RollcallError('UNKNOWN_NODE', `node ${node} does not appear in the journal`, {
      metadata: { name: node },
    });
  }
  if (await journal.history.isKnown({ daemonSet, namespace })) return;
  const name = typeof daemonSet === 'string' ? daemonSet : (daemonSet?.name ?? '');
  const subject = name === '' ? `a DaemonSet in namespace ${namespace}` : `DaemonSet ${name}`;
  throw new RollcallError('UNKNOWN_DAEMON_SET', `${subject} does not appear in the journal`, { metadata: { name } });
}
