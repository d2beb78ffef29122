/** Returns the head of the journal. */
import type { GetHeadResponse } from '../../shared/rpc/generated/rollcall/v1/GetHeadResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { AuditDependencies } from './audit-journal.ts';
import { headToWire } from './wire-head.ts';

export async function getHead(
  _request: unknown,
  { journal }: Pick<AuditDependencies, 'journal'>,
): Promise<GetHeadResponse> {
  const head = journal.head();
  const [event] = await journal.eventsAt([head.revision]);
  return { head: headToWire(head), storeId: journal.storeId, recordTime: timeToWire(event?.recordedMs ?? 0) };
}
