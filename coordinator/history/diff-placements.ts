/** Lists the pairs whose verdict differs between two moments, each with the decision that changed it. */
import type { ListPage } from '../../shared/answers/list-page.ts';
import { isNamed } from '../../shared/answers/names.ts';
import { pageSize } from '../../shared/answers/paging.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { DiffPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/DiffPlacementsRequest.ts';
import type { PlacementDifference } from '../../shared/rpc/generated/rollcall/v1/PlacementDifference.ts';
import { verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetKey, daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import type { RecordedPairChange } from '../journal/read/historical-state.ts';
import { eventsToWire } from './events-to-wire.ts';
import type { JournalPart } from './journal-reads.ts';
import { namedFilter, refuseUnknown } from './known-names.ts';
import { pageFromRange, type RangeDependencies, type RevisionRange } from './revision-range.ts';

export interface DiffDependencies extends RangeDependencies {
  readonly journal: RangeDependencies['journal'] &
    JournalPart<never, 'isKnown' | 'changedDaemonSets' | 'changesOfDaemonSet'>;
}

const pageOfDifferences = pageFromRange('DiffPlacements', differences);

export function diffPlacements(request: DiffPlacementsRequest__Output, dependencies: DiffDependencies) {
  if (request.from !== null) return pageOfDifferences(request, dependencies);
  throw new RollcallError('ARGUMENT_INVALID', 'from is not set; name the earlier moment');
}

async function differences(
  request: DiffPlacementsRequest__Output,
  { from, to }: RevisionRange,
  lastKey: string,
  dependencies: DiffDependencies,
): Promise<ListPage<{ differences: PlacementDifference[] }>> {
  const size = pageSize(request);
  const { daemonSet: ref, namespace, nodeName } = request;
  if (lastKey === '') await refuseUnknown(namedFilter(ref, namespace, nodeName), dependencies);
  const found: RecordedPairChange[] = [];
  for (const daemonSet of await daemonSetsFrom(lastKey, request, { from, to }, dependencies)) {
    if (found.length > size) break;
    const afterNode = lastKey.startsWith(`${daemonSet} `) ? lastKey.slice(daemonSet.length + 1) : '';
    const part = { node: nodeName || undefined, afterNode, limit: size + 1 - found.length };
    found.push(...(await dependencies.journal.history.changesOfDaemonSet(daemonSet, from.revision, to.revision, part)));
  }
  const page = found.slice(0, size);
  const end = page.at(-1);
  return {
    items: { differences: await differencesToWire(page, dependencies) },
    lastKey: found.length > size && end !== undefined ? `${end.daemonSet} ${end.node}` : '',
  };
}

/** The DaemonSets of the request that changed, from the one where the previous page ended. */
async function daemonSetsFrom(
  lastKey: string,
  { daemonSet, namespace }: DiffPlacementsRequest__Output,
  { from, to }: RevisionRange,
  { journal }: DiffDependencies,
): Promise<DaemonSetKey[]> {
  const [last = ''] = lastKey.split(' ', 1);
  const isRequested = (key: DaemonSetKey) =>
    (namespace === '' || key.startsWith(`${namespace}/`)) &&
    (!isNamed(daemonSet) ||
      (daemonSet.namespace ? key === daemonSetKey(daemonSet) : key.endsWith(`/${daemonSet.name}`)));
  const changed = await journal.history.changedDaemonSets(from.revision, to.revision);
  return changed.filter((key) => key >= last && isRequested(key)).sort();
}

async function differencesToWire(
  changes: readonly RecordedPairChange[],
  { journal }: DiffDependencies,
): Promise<PlacementDifference[]> {
  const decisions = await journal.eventsAt(changes.map(({ revision }) => revision));
  const messages = await eventsToWire(journal, decisions);
  const byRevision = new Map(messages.map((message) => [Number(message.revision), message]));
  return changes.map(({ daemonSet, node, from, to, decisionCount, revision }) => {
    const decision = byRevision.get(revision);
    return {
      daemonSet: daemonSetRef(daemonSet),
      node: { name: node },
      ...(from !== null && { before: verdictCodec.toWire(from) }),
      ...(to !== null && { after: verdictCodec.toWire(to) }),
      ...(decision && { decision }),
      decisionCount,
    };
  });
}
