/** The audit service: what lets an auditor check and take away the journal. */
import type { AuditServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import type { CheckDerivedTablesResponse } from '../../shared/rpc/generated/rollcall/v1/CheckDerivedTablesResponse.ts';
import type { ExportEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExportEventsRequest.ts';
import type { ExportEventsResponse } from '../../shared/rpc/generated/rollcall/v1/ExportEventsResponse.ts';
import type { GetHeadResponse } from '../../shared/rpc/generated/rollcall/v1/GetHeadResponse.ts';
import type { VerifyJournalRequest__Output } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalRequest.ts';
import type { VerifyJournalResponse } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalResponse.ts';
import type { VerifyReport as WireReport } from '../../shared/rpc/generated/rollcall/v1/VerifyReport.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { anchorStateCodec, exportFormatCodec, retainedRowsStateCodec } from '../../shared/rpc/wire-words.ts';
import { horizonToWire } from '../history/journal-status.ts';
import type { RetentionHorizon } from '../journal/journal-error.ts';
import type { RebuildReport } from '../journal/maintenance/audit.ts';
import type { VerifyReport } from '../journal/maintenance/verify.ts';
import { DERIVED_TABLES } from '../journal/schema/derived-tables.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { recorded } from '../server/handlers.ts';
import { progressToWire, streamed, withNews } from './audit-stream.ts';
import { createBackup } from './create-backup.ts';
import { auditRange } from './event-range.ts';
import { headFromWire, headToWire } from './head.ts';
import { replayDecisions } from './replay-decisions.ts';

export function auditService(context: CoordinatorContext): AuditServiceHandlers {
  return {
    GetHead: recorded(context, () => getHead(context)),
    VerifyJournal: streamed(context, verifyJournal),
    ReplayDecisions: streamed(context, replayDecisions),
    CheckDerivedTables: streamed(context, checkDerivedTables),
    ExportEvents: streamed(context, exportEvents),
    CreateBackup: streamed(context, createBackup),
  };
}

async function getHead({ journal }: CoordinatorContext): Promise<GetHeadResponse> {
  const head = journal.head();
  const [row] = await journal.eventsAt([head.revision]);
  return { head: headToWire(head), storeId: journal.storeId, recordTime: timeToWire(row?.recordedMs ?? 0) };
}

async function* verifyJournal(
  { anchor, skipFileCheck }: VerifyJournalRequest__Output,
  { journal }: CoordinatorContext,
): AsyncGenerator<VerifyJournalResponse> {
  const options = { anchor: anchor ? headFromWire(anchor) : undefined, wholeFile: !skipFileCheck };
  const horizon = await journal.history.horizon();
  const report = yield* withNews<VerifyReport, VerifyJournalResponse>((emit) =>
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
  const keptSince = horizonToWire(horizon);
  return {
    valid: isGood,
    checkedCount: String(checkedCount),
    head: headToWire(head),
    firstInvalidRevision: String(bad?.revision ?? 0),
    chainProblem: bad?.problem ?? '',
    ...(anchor !== 'none' && { anchor: anchorStateCodec.toWire(anchor) }),
    ...(kept !== 'none' && { retainedRows: retainedRowsStateCodec.toWire(kept) }),
    fileProblem: fileProblem ?? '',
    ...(keptSince && { horizon: keptSince }),
  };
}

async function* checkDerivedTables(
  _request: unknown,
  { journal }: CoordinatorContext,
): AsyncGenerator<CheckDerivedTablesResponse> {
  const { equal, differing } = yield* withNews<RebuildReport, CheckDerivedTablesResponse>((emit) =>
    journal.audit.rebuildEquals((done, total) => emit(progressToWire(done, total))),
  );
  yield { report: { equal, differingTables: [...differing], tables: [...DERIVED_TABLES] } };
}

async function* exportEvents(
  { format, range }: ExportEventsRequest__Output,
  context: CoordinatorContext,
): AsyncGenerator<ExportEventsResponse> {
  const asked = exportFormatCodec.fromWire(format) ?? 'jsonl';
  for await (const text of context.journal.audit.export(asked, await auditRange(range, context))) yield { text };
}
