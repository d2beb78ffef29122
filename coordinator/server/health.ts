/**
 * What the standard health service says. While the journal cannot write, the services that take something in are
 * NOT_SERVING; questions are answered from what is on disk, so theirs and the server as a whole are SERVING.
 */
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { HEALTH_CHECK_INTERVAL_MS } from '../limits.ts';
import type { CoordinatorContext } from './coordinator-context.ts';

/** `''` is the server as a whole. */
const READING = ['', 'rollcall.v1.QueryService', 'rollcall.v1.AuditService'] as const;
const WRITING = ['rollcall.v1.AgentService', 'rollcall.v1.AdminService'] as const;

export class Health {
  readonly #context: CoordinatorContext;
  readonly #implementation: HealthImplementation;
  #isWriting = true;
  #cancel: () => void = () => {};

  constructor(context: CoordinatorContext) {
    this.#context = context;
    this.#implementation = new HealthImplementation(
      Object.fromEntries([...READING, ...WRITING].map((name) => [name, 'SERVING'])),
    );
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  start(): void {
    this.#look();
  }

  /** Tells whoever asks or watches that the server goes. */
  stop(): void {
    this.#cancel();
    for (const name of [...READING, ...WRITING]) this.#implementation.setStatus(name, 'NOT_SERVING');
  }

  #look(): void {
    const { journal, log, clock } = this.#context;
    const { state, problem } = journal.status();
    const isWriting = state === 'writing';
    if (isWriting !== this.#isWriting) {
      this.#isWriting = isWriting;
      for (const name of WRITING) this.#implementation.setStatus(name, isWriting ? 'SERVING' : 'NOT_SERVING');
      if (isWriting) log.info('the journal can write again');
      else
        log.error({ problem }, 'the journal cannot write; what is on disk is still answered, nothing new is taken in');
    }
    this.#cancel = clock.after(HEALTH_CHECK_INTERVAL_MS, () => this.#look());
  }
}
