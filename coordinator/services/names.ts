/** Finds what a request names, or says so in one sentence. */
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetKey } from '../../shared/roll/model.ts';
import type { DaemonSetRef } from '../../shared/rpc/generated/rollcall/v1/DaemonSetRef.ts';
import { daemonSetKey } from '../../shared/rpc/wire.ts';
import type { House } from './house.ts';

/** Whether a filter names a DaemonSet. @throws RollcallError for a namespace alone, which would filter nothing. */
export function isNamed<Ref extends DaemonSetRef>(ref: Ref | null): ref is Ref {
  if (ref?.namespace && !ref.name) throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  return Boolean(ref?.name);
}

/** The DaemonSet that a reference names; without a namespace, the only one of its name. */
export function findDaemonSet(ref: DaemonSetRef | null, { evaluator }: House): DaemonSetKey {
  const name = ref?.name ?? '';
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'daemon_set.name is empty');
  const keys = evaluator.daemonSets.keys();
  const found = keys.filter((key) => (ref?.namespace ? key === daemonSetKey(ref) : key.endsWith(`/${name}`)));
  const [only, ...others] = found;
  if (only === undefined) {
    const asked = ref?.namespace ? `${ref.namespace}/${name}` : name;
    throw new RollcallError('UNKNOWN_DAEMON_SET', `no DaemonSet ${asked} is known`, { metadata: { name } });
  }
  if (others.length === 0) return only;
  throw new RollcallError(
    'ARGUMENT_INVALID',
    `DaemonSet ${name} is in several namespaces; name one: ${found.join(', ')}`,
  );
}

/** @throws RollcallError for a node that is not on the roll. */
export function findNode(name: string, { evaluator }: House): string {
  if (name === '') throw new RollcallError('ARGUMENT_INVALID', 'node_name is empty');
  if (evaluator.table.node(name) === undefined) {
    throw new RollcallError('UNKNOWN_NODE', `node ${name} is not on the roll`, { metadata: { name } });
  }
  return name;
}
