/** Asks a coordinator's audit service. What takes long comes as a stream that tells how far it got. */
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

/** How far something got; `total` is 0 where nobody knows. */
export type OnProgress = (done: number, total: number) => void;

interface Told {
  readonly progress?: AuditProgress__Output | null;
}

export function connectAuditClient(connection: Connection, signal: AbortSignal): AuditClient {
  return new AuditClient(connection, signal);
}

export class AuditClient {
  readonly #calls: GrpcCalls;
  readonly #client: AuditServiceClient;
  readonly #signal: AbortSignal;

  /** `signal` ends what goes on for long. */
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

  /** `tellFileCheck` hears when the rows are done and the file, of so many bytes, is read. */
  async verifyJournal(
    request: VerifyJournalRequest,
    emit: OnProgress,
    onFileCheck: (bytes: number) => void,
  ): Promise<VerifyReport__Output> {
    const messages = this.#calls.stream<VerifyJournalResponse__Output>(
      () => this.#client.verifyJournal(request),
      this.#signal,
    );
    for await (const { fileCheck, report } of told(messages, emit)) {
      if (fileCheck) onFileCheck(Number(fileCheck.totalBytes));
      if (report) return report;
    }
    throw this.#cutShort();
  }

  /** `found` hears of each decision that comes out otherwise, and of the next one once it is done with it. */
  async replayDecisions(
    request: ReplayDecisionsRequest,
    emit: OnProgress,
    found: (difference: ReplayDifference__Output) => Promise<void>,
  ): Promise<ReplayReport__Output> {
    const messages = this.#calls.stream<ReplayDecisionsResponse__Output>(
      () => this.#client.replayDecisions(request),
      this.#signal,
    );
    for await (const { difference, report } of told(messages, emit)) {
      if (difference) await found(difference);
      if (report) return report;
    }
    throw this.#cutShort();
  }

  async checkDerivedTables(emit: OnProgress): Promise<DerivedTablesReport__Output> {
    const messages = this.#calls.stream<CheckDerivedTablesResponse__Output>(
      () => this.#client.checkDerivedTables({}),
      this.#signal,
    );
    for await (const { report } of told(messages, emit)) if (report) return report;
    throw this.#cutShort();
  }

  /** Pieces of text, whole lines each. */
  async *exportEvents(request: ExportEventsRequest): AsyncGenerator<string> {
    const messages = this.#calls.stream<ExportEventsResponse__Output>(
      () => this.#client.exportEvents(request),
      this.#signal,
    );
    for await (const { text } of messages) yield text;
    if (this.#signal.aborted) throw this.#cutShort();
  }

  /** What is coming, then the pieces, then their digest; `tell` hears before that how far the coordinator's own copy is, in bytes. */
  async *createBackup(emit: OnProgress): AsyncGenerator<CreateBackupResponse__Output> {
    const messages = this.#calls.stream<CreateBackupResponse__Output>(
      () => this.#client.createBackup({}),
      this.#signal,
    );
    yield* told(messages, emit);
    if (this.#signal.aborted) throw this.#cutShort();
  }

  #cutShort(): RollcallError {
    return this.#signal.aborted
      ? new RollcallError('INTERRUPTED', 'ended before it was done, as you asked')
      : new RollcallError('INTERNAL', 'the coordinator ended its answer before it was whole');
  }
}

async function* told<Message extends Told>(
  messages: AsyncGenerator<Message>,
  emit: OnProgress,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    if (message.progress) emit(Number(message.progress.doneCount), Number(message.progress.totalCount));
    else yield message;
  }
}
