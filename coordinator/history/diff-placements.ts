/** Which pairs are placed otherwise at one moment than at another, each with the decision that brought it. */

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
import { eventsToWire } from './event-messages.ts';
import type { HistoryContext, JournalContext } from './history-context.ts';
import { namedFilter, refuseUnknown } from './known-names.ts';
import { listOfRange, type RevisionRange } from './revision-range.ts';

const pageOfDifferences = listOfRange('DiffPlacements', differences);

export function diffPlacements(request: DiffPlacementsRequest__Output, context: HistoryContext) {
  if (request.from !== null) return pageOfDifferences(request, context);
  throw new RollcallError('ARGUMENT_INVALID', 'from is not set; name the earlier moment');
}

async function differences(
  request: DiffPlacementsRequest__Output,
  { from, to }: RevisionRange,
  lastKey: string,
  context: JournalContext,
): Promise<ListPage<{ differences: PlacementDifference[] }>> {
  const size = pageSize(request);
  const { daemonSet: ref, namespace, nodeName } = request;
  if (lastKey === '') await refuseUnknown(namedFilter(ref, namespace, nodeName), context);
  const found: RecordedPairChange[] = [];
  for (const daemonSet of await daemonSetsFrom(lastKey, request, { from, to }, context)) {
    if (found.length > size) break;
    const afterNode = lastKey.startsWith(`${daemonSet} `) ? lastKey.slice(daemonSet.length + 1) : '';
    const part = { node: nodeName || undefined, afterNode, limit: size + 1 - found.length };
    found.push(...(await context.journal.history.changesOfDaemonSet(daemonSet, from.revision, to.revision, part)));
  }
  const page = found.slice(0, size);
  const end = page.at(-1);
  return {
    items: { differences: await differencesToWire(page, context) },
    lastKey: found.length > size && end !== undefined ? `${end.daemonSet} ${end.node}` : '',
  };
}

/** DaemonSets that changed and are wanted, from the one where the last page ended. */
async function daemonSetsFrom(
  lastKey: string,
  { daemonSet, namespace }: DiffPlacementsRequest__Output,
  { from, to }: RevisionRange,
  { journal }: JournalContext,
): Promise<DaemonSetKey[]> {
  const [last = ''] = lastKey.split(' ', 1);
  const isWanted = (key: DaemonSetKey) =>
    (namespace === '' || key.startsWith(`${namespace}/`)) &&
    (!isNamed(daemonSet) ||
      (daemonSet.namespace ? key === daemonSetKey(daemonSet) : key.endsWith(`/${daemonSet.name}`)));
  const changed = await journal.history.changedDaemonSets(from.revision, to.revision);
  return changed.filter((key) => key >= last && isWanted(key)).sort();
}

async function differencesToWire(
  changes: readonly RecordedPairChange[],
  { journal }: JournalContext,
): Promise<PlacementDifference[]> {
  const decisions = await journal.eventsAt(changes.map(({ revision }) => revision));
  const views = new Map((await eventsToWire(journal, decisions)).map((view) => [Number(view.revision), view]));
  return changes.map(({ daemonSet, node, from, to, decisionCount, revision }) => {
    const decision = views.get(revision);
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
