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
import { anchorStateCodec, exportFormatCodec, keptStateCodec } from '../../shared/rpc/wire-words.ts';
import type { RebuildReport } from '../journal/maintenance/audit.ts';
import { DERIVED_TABLES } from '../journal/schema/derived-tables.ts';
import type { RetentionHorizon } from '../journal/journal-error.ts';
import type { VerifyReport } from '../journal/maintenance/verify.ts';
import { recorded } from '../server/handlers.ts';
import type { House } from '../server/coordinator-context.ts';
import { horizonToWire } from '../history/journal-status.ts';
import { createBackup } from './create-backup.ts';
import { auditRange } from './event-range.ts';
import { headFromWire, headToWire } from './head.ts';
import { replayDecisions } from './replay-decisions.ts';
import { progressToWire, streamed, withNews } from './audit-stream.ts';

export function auditService(house: House): AuditServiceHandlers {
  return {
    GetHead: recorded(house, () => getHead(house)),
    VerifyJournal: streamed(house, verifyJournal),
    ReplayDecisions: streamed(house, replayDecisions),
    CheckDerivedTables: streamed(house, checkDerivedTables),
    ExportEvents: streamed(house, exportEvents),
    CreateBackup: streamed(house, createBackup),
  };
}

async function getHead({ journal }: House): Promise<GetHeadResponse> {
  const head = journal.head();
  const [row] = await journal.eventsAt([head.revision]);
  return { head: headToWire(head), storeId: journal.storeId, recordTime: timeToWire(row?.recordedMs ?? 0) };
}

async function* verifyJournal(
  { anchor, skipFileCheck }: VerifyJournalRequest__Output,
  { journal }: House,
): AsyncGenerator<VerifyJournalResponse> {
  const options = { anchor: anchor ? headFromWire(anchor) : undefined, wholeFile: !skipFileCheck };
  const horizon = await journal.past.horizon();
  const report = yield* withNews<VerifyReport, VerifyJournalResponse>((tell) =>
    journal.audit.verify({
      ...options,
      onProgress: (done, total) => tell(progressToWire(done, total)),
      onFileCheck: () => tell({ fileCheck: { totalBytes: String(journal.status().bytes) } }),
    }),
  );
  yield { report: verifyReportToWire(report, horizon) };
}

function verifyReportToWire(report: VerifyReport, horizon: RetentionHorizon): WireReport {
  const { isGood, checkedCount, head, bad, anchor, kept, fileProblem } = report;
  const keptSince = horizonToWire(horizon);
  return {
    good: isGood,
    checkedCount: String(checkedCount),
    head: headToWire(head),
    badRevision: String(bad?.revision ?? 0),
    badProblem: bad?.problem ?? '',
    ...(anchor !== 'none' && { anchor: anchorStateCodec.toWire(anchor) }),
    ...(kept !== 'none' && { kept: keptStateCodec.toWire(kept) }),
    fileProblem: fileProblem ?? '',
    ...(keptSince && { horizon: keptSince }),
  };
}

async function* checkDerivedTables(_request: unknown, { journal }: House): AsyncGenerator<CheckDerivedTablesResponse> {
  const { equal, differing } = yield* withNews<RebuildReport, CheckDerivedTablesResponse>((tell) =>
    journal.audit.rebuildEquals((done, total) => tell(progressToWire(done, total))),
  );
  yield { report: { equal, differingTables: [...differing], tables: [...DERIVED_TABLES] } };
}

async function* exportEvents(
  { format, range }: ExportEventsRequest__Output,
  house: House,
): AsyncGenerator<ExportEventsResponse> {
  const asked = exportFormatCodec.fromWire(format) ?? 'jsonl';
  for await (const text of house.journal.audit.export(asked, await auditRange(range, house))) yield { text };
}
