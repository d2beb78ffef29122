/** Finds what a request names, or says so in one sentence. */
import { RollcallError } from '../errors.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { DaemonSetRef } from '../rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetKey } from '../rpc/wire-daemon-set.ts';
import { asOfText } from './as-of-text.ts';

/** Whether a filter names a DaemonSet. @throws RollcallError for a namespace alone, which would filter nothing. */
export function isNamed<Ref extends DaemonSetRef>(ref: Ref | null): ref is Ref {
  if (ref?.namespace && !ref.name) throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  return Boolean(ref?.name);
}

/** The DaemonSet that a reference names; without a namespace, the only one of its name. `when`: words for a moment of the past. */
export function findDaemonSet(ref: DaemonSetRef | null, keys: Iterable<DaemonSetKey>, when = ''): DaemonSetKey {
  const name = ref?.name ?? '';
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  const isAsked = (key: DaemonSetKey) => (ref?.namespace ? key === daemonSetKey(ref) : key.endsWith(`/${name}`));
  const [only, ...others] = [...keys].filter(isAsked);
  if (only === undefined) {
    const asked = ref?.namespace ? `${ref.namespace}/${name}` : name;
    throw new RollcallError('UNKNOWN_DAEMON_SET', `no DaemonSet ${asked} is known${when}`, { metadata: { name } });
  }
  if (others.length === 0) return only;
  const found = [only, ...others].join(', ');
  throw new RollcallError('ARGUMENT_INVALID', `DaemonSet ${name} is in several namespaces; name one: ${found}`);
}

/** The DaemonSet of a roll that a reference names. */
export async function daemonSetOf(ref: DaemonSetRef | null, snapshot: ClusterSnapshot): Promise<DaemonSetSnapshot> {
  const daemonSets = await snapshot.daemonSets();
  const key = findDaemonSet(ref, daemonSets.keys(), asOfText(snapshot.asOf));
  return daemonSets.get(key) as DaemonSetSnapshot;
}

/** @throws RollcallError for a node that is not on the roll. */
export async function nodeOf(name: string, snapshot: ClusterSnapshot): Promise<NodeSnapshot> {
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'node_name is empty');
  for await (const node of snapshot.nodes([name])) return node;
  const isOrWas = snapshot.asOf.isFromJournal ? 'was' : 'is';
  const message = `node ${name} ${isOrWas} not on the roll${asOfText(snapshot.asOf)}`;
  throw new RollcallError('UNKNOWN_NODE', message, { metadata: { name } });
}
