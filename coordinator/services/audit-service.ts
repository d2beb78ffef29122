/** The audit service: what lets an auditor check and take away the journal. */
import type { AuditServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import type { GetHeadResponse } from '../../shared/rpc/generated/rollcall/v1/GetHeadResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { unary } from './handlers.ts';
import type { House } from './house.ts';

export function auditService(house: House): Pick<AuditServiceHandlers, 'GetHead'> {
  return { GetHead: unary(house, () => getHead(house)) };
}

async function getHead({ journal }: House): Promise<GetHeadResponse> {
  const { revision, hash } = journal.head();
  const [row] = await journal.eventsAt([revision]);
  return {
    head: { revision: String(revision), hash: Buffer.from(hash, 'hex') },
    storeId: journal.storeId,
    recordTime: timeToWire(row?.recordedMs ?? 0),
  };
}
