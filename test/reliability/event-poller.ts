/** Polls the events of a coordinator without a delay, and records the answers. */
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { type ExternalObservations, rowText } from './external-observations.ts';

const ROWS = 200;

/** Ends when the test kills the coordinator. */
export async function pollUntilDisconnected(client: QueryServiceClient, observed: ExternalObservations): Promise<void> {
  for (let events = await newestEvents(client); events !== null; events = await newestEvents(client)) {
    for (const event of events) recordRow(event, observed);
  }
}

/** `null` if the coordinator does not answer any more. */
function newestEvents(client: QueryServiceClient): Promise<readonly Event__Output[] | null> {
  return new Promise((resolve) => {
    client.listEvents({ pageSize: ROWS }, (error, response) => {
      resolve(error || response === undefined ? null : response.events);
    });
  });
}

function recordRow({ revision, kind, node, daemonSet, changes }: Event__Output, observed: ExternalObservations): void {
  const seq = Number(revision);
  observed.revision = Math.max(observed.revision, seq);
  const key = daemonSet === null ? '' : `${daemonSet.namespace}/${daemonSet.name}`;
  const word = String(kind).replace('EVENT_KIND_', '').toLowerCase().replace('_', '-');
  const verdict = word === 'decision' ? (changes[0]?.to ?? '') : '';
  const text = rowText(word, node?.name ?? '', key, verdict);
  const known = observed.rows.get(seq);
  // A row never changes, not even after a restart.
  if (known !== undefined && known !== text) throw new Error(`revision ${seq} changed from ${known} to ${text}`);
  observed.rows.set(seq, text);
}
