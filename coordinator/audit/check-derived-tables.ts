/** Rebuilds the derived tables from the events and compares them with those in use. */
import type { CheckDerivedTablesResponse } from '../../shared/rpc/generated/rollcall/v1/CheckDerivedTablesResponse.ts';
import type { RebuildReport } from '../journal/maintenance/audit.ts';
import { DERIVED_TABLES } from '../journal/schema/derived-tables.ts';
import type { AuditDependencies } from './audit-journal.ts';
import { progressToWire, withProgress } from './audit-stream.ts';

export async function* checkDerivedTables(
  _request: unknown,
  { journal }: Pick<AuditDependencies, 'journal'>,
): AsyncGenerator<CheckDerivedTablesResponse> {
  const { equal, differing } = yield* withProgress<RebuildReport, CheckDerivedTablesResponse>((emit) =>
    journal.audit.rebuildEquals((done, total) => emit(progressToWire(done, total))),
  );
  yield { report: { equal, differingTables: [...differing], tables: [...DERIVED_TABLES] } };
}
