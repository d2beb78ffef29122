/** Exports a range of events as text. */
import type { ExportEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExportEventsRequest.ts';
import type { ExportEventsResponse } from '../../shared/rpc/generated/rollcall/v1/ExportEventsResponse.ts';
import { exportFormatCodec } from '../../shared/rpc/wire-words.ts';
import type { AuditDependencies } from './audit-journal.ts';
import { auditRange } from './event-range.ts';

export async function* exportEvents(
  { format, range }: ExportEventsRequest__Output,
  dependencies: Pick<AuditDependencies, 'journal'>,
): AsyncGenerator<ExportEventsResponse> {
  const { audit } = dependencies.journal;
  const textFormat = exportFormatCodec.fromWire(format) ?? 'jsonl';
  for await (const text of audit.export(textFormat, await auditRange(range, dependencies))) yield { text };
}
