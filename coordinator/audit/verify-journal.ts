/** Verifies the hash chain of the journal, and its file. */

import type { VerifyReport } from '../../shared/journal-format/verification.ts';
import type { VerifyJournalRequest__Output } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalRequest.ts';
import type { VerifyJournalResponse } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalResponse.ts';
import type { VerifyReport as WireReport } from '../../shared/rpc/generated/rollcall/v1/VerifyReport.ts';
import { anchorStateCodec, retainedRowsStateCodec } from '../../shared/rpc/wire-words.ts';
import { horizonToWire } from '../history/journal-status-to-wire.ts';
import type { RetentionHorizon } from '../journal/base/journal-error.ts';
import type { AuditDependencies } from './audit-journal.ts';
import { progressToWire, withProgress } from './audit-stream.ts';
import { headFromWire, headToWire } from './wire-head.ts';

export async function* verifyJournal(
  { anchor, skipFileCheck }: VerifyJournalRequest__Output,
  { journal }: Pick<AuditDependencies, 'journal'>,
): AsyncGenerator<VerifyJournalResponse> {
  const options = { anchor: anchor ? headFromWire(anchor) : undefined, wholeFile: !skipFileCheck };
  const horizon = await journal.history.horizon();
  const report = yield* withProgress<VerifyReport, VerifyJournalResponse>((emit) =>
    journal.audit.verify({
      ...options,
      onProgress: (done, total) => emit(progressToWire(done, total)),
      onFileCheck: () => emit({ fileCheck: { totalBytes: String(journal.status().bytes) } }),
    }),
  );
  yield { report: verifyReportToWire(report, horizon) };
}

function verifyReportToWire(report: VerifyReport, horizon: RetentionHorizon): WireReport {
  const { isGood, checkedCount, head, bad, anchor, kept, fileProblem } = report;
  const wireHorizon = horizonToWire(horizon);
  return {
    valid: isGood,
    checkedCount: String(checkedCount),
    head: headToWire(head),
    firstInvalidRevision: String(bad?.revision ?? 0),
    chainProblem: bad?.problem ?? '',
    ...(anchor !== 'none' && { anchor: anchorStateCodec.toWire(anchor) }),
    ...(kept !== 'none' && { retainedRows: retainedRowsStateCodec.toWire(kept) }),
    fileProblem: fileProblem ?? '',
    ...(wireHorizon && { horizon: wireHorizon }),
  };
}
