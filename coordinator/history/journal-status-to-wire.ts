/** The state of the journal as a message of the contract. */
import type { JournalStatus } from '../../shared/rpc/generated/rollcall/v1/JournalStatus.ts';
import type { RetentionHorizon as WireHorizon } from '../../shared/rpc/generated/rollcall/v1/RetentionHorizon.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { RetentionHorizon } from '../journal/base/journal-error.ts';
import type { JournalPart } from './journal-reads.ts';

export async function journalStatusToWire(journal: JournalPart<'status', 'horizon'>): Promise<JournalStatus> {
  const { state, problem, bytes, walBytes, queuedEvents } = journal.status();
  const horizon = horizonToWire(await journal.history.horizon());
  return {
    writable: state === 'writing',
    problem,
    bytes: String(bytes),
    walBytes: String(walBytes),
    queuedEventCount: String(queuedEvents),
    ...(horizon && { horizon }),
  };
}

/** `null` if nothing has been pruned. */
export function horizonToWire({ revision, recordedMs }: RetentionHorizon): WireHorizon | null {
  return revision === 0 ? null : { revision: String(revision), recordTime: timeToWire(recordedMs) };
}
