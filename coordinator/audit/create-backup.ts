/** Sends a copy of the whole journal, made while the coordinator serves. The copy is deleted afterwards. */
import { createHash } from 'node:crypto';
import type { CreateBackupResponse } from '../../shared/rpc/generated/rollcall/v1/CreateBackupResponse.ts';
import type { BackupCopy } from '../journal/maintenance/backup-copy.ts';
import type { AuditDependencies } from './audit-journal.ts';
import { progressToWire, withProgress } from './audit-stream.ts';
import { headToWire } from './wire-head.ts';

export async function* createBackup(
  _request: unknown,
  { journal, randomId }: AuditDependencies,
): AsyncGenerator<CreateBackupResponse, void, undefined> {
  // Before the copy is made, so that the copy contains this event.
  const head = headToWire(journal.head());
  // Set as soon as the copy exists, because the caller may leave between the last progress and the start.
  let made: BackupCopy | undefined;
  try {
    const copy = yield* withProgress<BackupCopy, CreateBackupResponse>(async (emit) => {
      made = await journal.audit.copy(randomId(), (done, total) => emit(progressToWire(done, total)));
      return made;
    });
    yield { start: { totalBytes: String(copy.bytes), head, storeId: journal.storeId } };
    const digest = createHash('sha256');
    for await (const chunk of copy.pieces()) {
      digest.update(chunk);
      yield { chunk };
    }
    yield { end: { digest: digest.digest() } };
  } finally {
    await made?.remove();
  }
}
