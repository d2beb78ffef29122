/** Finds the DaemonSets and nodes that a request names. */
import { RollcallError } from '../errors.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { DaemonSetRef } from '../rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetKey } from '../rpc/wire-daemon-set.ts';
import { asOfText } from './as-of-text.ts';

/** Whether a filter names a DaemonSet. @throws RollcallError ARGUMENT_INVALID for a namespace without a name */
export function isNamed<Ref extends DaemonSetRef>(ref: Ref | null): ref is Ref {
  if (ref?.namespace && !ref.name) throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  return Boolean(ref?.name);
}

/**
 * The DaemonSet that a reference names; without a namespace, the only one of that name. `when`: the moment, for error messages.
 * @throws RollcallError UNKNOWN_DAEMON_SET, or ARGUMENT_INVALID if the name is ambiguous
 */
export function findDaemonSet(ref: DaemonSetRef | null, keys: Iterable<DaemonSetKey>, when = ''): DaemonSetKey {
  const name = ref?.name ?? '';
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  const isNamedBy = (key: DaemonSetKey) => (ref?.namespace ? key === daemonSetKey(ref) : key.endsWith(`/${name}`));
  const [only, ...others] = [...keys].filter(isNamedBy);
  if (only === undefined) {
    const reference = ref?.namespace ? `${ref.namespace}/${name}` : name;
    throw new RollcallError('UNKNOWN_DAEMON_SET', `there is no DaemonSet ${reference}${when}`, { metadata: { name } });
  }
  if (others.length === 0) return only;
  const found = [only, ...others].join(', ');
  throw new RollcallError('ARGUMENT_INVALID', `DaemonSet ${name} exists in several namespaces; use one of ${found}`);
}

/** The DaemonSet of a snapshot that a reference names. @throws RollcallError as `findDaemonSet` does */
export async function daemonSetOf(ref: DaemonSetRef | null, snapshot: ClusterSnapshot): Promise<DaemonSetSnapshot> {
  const daemonSets = await snapshot.daemonSets();
  const key = findDaemonSet(ref, daemonSets.keys(), asOfText(snapshot.asOf));
  return daemonSets.get(key) as DaemonSetSnapshot;
}

/** @throws RollcallError UNKNOWN_NODE */
export async function nodeOf(name: string, snapshot: ClusterSnapshot): Promise<NodeSnapshot> {
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'node_name is empty');
  for await (const node of snapshot.nodes([name])) return node;
  const verb = snapshot.asOf.isFromJournal ? 'was' : 'is';
  const message = `there ${verb} no node ${name}${asOfText(snapshot.asOf)}`;
  throw new RollcallError('UNKNOWN_NODE', message, { metadata: { name } });
}
