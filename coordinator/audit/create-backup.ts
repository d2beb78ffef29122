/** Sends a copy of the whole journal, made while the coordinator serves; beside the journal it is gone afterwards. */
import { createHash } from 'node:crypto';
import type { CreateBackupResponse } from '../../shared/rpc/generated/rollcall/v1/CreateBackupResponse.ts';
import type { BackupCopy } from '../journal/maintenance/backup-copy.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { progressToWire, withNews } from './audit-stream.ts';
import { headToWire } from './head.ts';

export async function* createBackup(
  _request: unknown,
  { journal, randomId }: CoordinatorContext,
): AsyncGenerator<CreateBackupResponse, void, undefined> {
  // Before the copy is made, so that the copy holds it.
  const head = headToWire(journal.head());
  // Also where the caller leaves between the last progress and the start.
  let made: BackupCopy | undefined;
  try {
    const copy = yield* withNews<BackupCopy, CreateBackupResponse>(async (emit) => {
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
