/** Asks a coordinator without a pause, and notes what it was answered. */
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { QueryServiceClient } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { type Claims, rowText } from './claims.ts';

const ROWS = 200;

/** Ends when the coordinator does, as it should: it is killed. */
export async function askUntilGone(client: QueryServiceClient, claims: Claims): Promise<void> {
  for (let events = await newestEvents(client); events !== null; events = await newestEvents(client)) {
    for (const event of events) noteRow(event, claims);
  }
}

/** `null` where nobody answers any more. */
function newestEvents(client: QueryServiceClient): Promise<readonly Event__Output[] | null> {
  return new Promise((resolve) => {
    client.listEvents({ pageSize: ROWS }, (error, response) => {
      resolve(error || response === undefined ? null : response.events);
    });
  });
}

function noteRow({ revision, kind, node, daemonSet, changes }: Event__Output, claims: Claims): void {
  const seq = Number(revision);
  claims.revision = Math.max(claims.revision, seq);
  const key = daemonSet === null ? '' : `${daemonSet.namespace}/${daemonSet.name}`;
  const word = String(kind).replace('EVENT_KIND_', '').toLowerCase().replace('_', '-');
  const verdict = word === 'decision' ? (changes[0]?.to ?? '') : '';
  const text = rowText(word, node?.name ?? '', key, verdict);
  const known = claims.rows.get(seq);
  // Over restarts too: what was answered once is never answered otherwise.
  if (known !== undefined && known !== text) throw new Error(`revision ${seq} was ${known}, and is now ${text}`);
  claims.rows.set(seq, text);
}
