/** How the journal is, in words of the query service. */
import type { JournalStatus } from '../../shared/rpc/generated/rollcall/v1/JournalStatus.ts';
import type { RetentionHorizon } from '../../shared/rpc/generated/rollcall/v1/RetentionHorizon.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { RetentionHorizon as Horizon } from '../journal/journal-error.ts';
import type { JournalContext } from './history-context.ts';

export async function journalStatus({ journal }: Pick<JournalContext, 'journal'>): Promise<JournalStatus> {
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

/** `null` where nothing was let go yet. */
export function horizonToWire({ revision, recordedMs }: Horizon): RetentionHorizon | null {
  return revision === 0 ? null : { revision: String(revision), recordTime: timeToWire(recordedMs) };
}
