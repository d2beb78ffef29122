/** Client of the audit service. Long operations stream their progress. */
import { RollcallError } from '../../shared/errors.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AuditService } from '../../shared/rpc/contract.ts';
import type { AuditProgress__Output } from '../../shared/rpc/generated/rollcall/v1/AuditProgress.ts';
import type { AuditServiceClient } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import type { CheckDerivedTablesResponse__Output } from '../../shared/rpc/generated/rollcall/v1/CheckDerivedTablesResponse.ts';
import type { CreateBackupResponse__Output } from '../../shared/rpc/generated/rollcall/v1/CreateBackupResponse.ts';
import type { DerivedTablesReport__Output } from '../../shared/rpc/generated/rollcall/v1/DerivedTablesReport.ts';
import type { ExportEventsRequest } from '../../shared/rpc/generated/rollcall/v1/ExportEventsRequest.ts';
import type { ExportEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ExportEventsResponse.ts';
import type { GetHeadResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetHeadResponse.ts';
import type { ReplayDecisionsRequest } from '../../shared/rpc/generated/rollcall/v1/ReplayDecisionsRequest.ts';
import type { ReplayDecisionsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayDecisionsResponse.ts';
import type { ReplayDifference__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayDifference.ts';
import type { ReplayReport__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayReport.ts';
import type { VerifyJournalRequest } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalRequest.ts';
import type { VerifyJournalResponse__Output } from '../../shared/rpc/generated/rollcall/v1/VerifyJournalResponse.ts';
import type { VerifyReport__Output } from '../../shared/rpc/generated/rollcall/v1/VerifyReport.ts';
import { type Connection, GrpcCalls } from './grpc-calls.ts';

/** `total` is 0 if it is unknown. */
export type OnProgress = (done: number, total: number) => void;

interface WithProgress {
  readonly progress?: AuditProgress__Output | null;
}

export function connectAuditClient(connection: Connection, signal: AbortSignal): AuditClient {
  return new AuditClient(connection, signal);
}

export class AuditClient {
  readonly #calls: GrpcCalls;
  readonly #client: AuditServiceClient;
  readonly #signal: AbortSignal;

  /** `signal` cancels long operations. */
  constructor(connection: Connection, signal: AbortSignal) {
    this.#calls = new GrpcCalls(connection);
    const { server, security } = connection;
    this.#client = new AuditService(server, security.credentials, { ...CLIENT_OPTIONS, ...security.options });
    this.#signal = signal;
  }

  close(): void {
    this.#client.close();
  }

  getHead(): Promise<GetHeadResponse__Output> {
    return this.#calls.unary((callback) => this.#client.getHead({}, callback));
  }

  /** Calls `onFileCheck` with the size of the file in bytes once the events are verified and the file check begins. */
  async verifyJournal(
    request: VerifyJournalRequest,
    onProgress: OnProgress,
    onFileCheck: (bytes: number) => void,
  ): Promise<VerifyReport__Output> {
    const messages = this.#calls.stream<VerifyJournalResponse__Output>(
      () => this.#client.verifyJournal(request),
      this.#signal,
    );
    for await (const { fileCheck, report } of withoutProgress(messages, onProgress)) {
      if (fileCheck) onFileCheck(Number(fileCheck.totalBytes));
      if (report) return report;
    }
    throw this.#incomplete();
  }

  /** Calls `found` for each decision that differs, and waits for it before reading the next one. */
  async replayDecisions(
    request: ReplayDecisionsRequest,
    onProgress: OnProgress,
    found: (difference: ReplayDifference__Output) => Promise<void>,
  ): Promise<ReplayReport__Output> {
    const messages = this.#calls.stream<ReplayDecisionsResponse__Output>(
      () => this.#client.replayDecisions(request),
      this.#signal,
    );
    for await (const { difference, report } of withoutProgress(messages, onProgress)) {
      if (difference) await found(difference);
      if (report) return report;
    }
    throw this.#incomplete();
  }

  async checkDerivedTables(onProgress: OnProgress): Promise<DerivedTablesReport__Output> {
    const messages = this.#calls.stream<CheckDerivedTablesResponse__Output>(
      () => this.#client.checkDerivedTables({}),
      this.#signal,
    );
    for await (const { report } of withoutProgress(messages, onProgress)) if (report) return report;
    throw this.#incomplete();
  }

  /** Yields text in pieces of whole lines. */
  async *exportEvents(request: ExportEventsRequest): AsyncGenerator<string> {
    const messages = this.#calls.stream<ExportEventsResponse__Output>(
      () => this.#client.exportEvents(request),
      this.#signal,
    );
    for await (const { text } of messages) yield text;
    if (this.#signal.aborted) throw this.#incomplete();
  }

  /** Yields the start, the chunks and their digest. Before that, reports the progress of the coordinator's own copy in bytes. */
  async *createBackup(onProgress: OnProgress): AsyncGenerator<CreateBackupResponse__Output> {
    const messages = this.#calls.stream<CreateBackupResponse__Output>(
      () => this.#client.createBackup({}),
      this.#signal,
    );
    yield* withoutProgress(messages, onProgress);
    if (this.#signal.aborted) throw this.#incomplete();
  }

  #incomplete(): RollcallError {
    return this.#signal.aborted
      ? new RollcallError('INTERRUPTED', 'interrupted before completion')
      : new RollcallError('INTERNAL', 'the coordinator ended the response early; try again');
  }
}

async function* withoutProgress<Message extends WithProgress>(
  messages: AsyncGenerator<Message>,
  onProgress: OnProgress,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    if (message.progress) onProgress(Number(message.progress.doneCount), Number(message.progress.totalCount));
    else yield message;
  }
}
