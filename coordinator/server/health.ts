/**
 * The standard health service. While the journal cannot write, services that record something are NOT_SERVING. Queries are
 * answered from durable data, so the query service, the audit service and the server as a whole remain SERVING.
 */
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Journal } from '../journal/journal.ts';
import { HEALTH_CHECK_INTERVAL_MS } from '../limits.ts';

/** `''` is the server as a whole. */
const READING = ['', 'rollcall.v1.QueryService', 'rollcall.v1.AuditService'] as const;
const WRITING = ['rollcall.v1.AgentService', 'rollcall.v1.AdminService'] as const;

export interface HealthDependencies {
  readonly journal: Pick<Journal, 'status'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

export class Health {
  readonly #dependencies: HealthDependencies;
  readonly #implementation: HealthImplementation;
  #isWriting = true;
  #cancel: () => void = () => {};

  constructor(dependencies: HealthDependencies) {
    this.#dependencies = dependencies;
    this.#implementation = new HealthImplementation(
      Object.fromEntries([...READING, ...WRITING].map((name) => [name, 'SERVING'])),
    );
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  start(): void {
    this.#check();
  }

  /** Reports NOT_SERVING for all services. */
  stop(): void {
    this.#cancel();
    for (const name of [...READING, ...WRITING]) this.#implementation.setStatus(name, 'NOT_SERVING');
  }

  #check(): void {
    const { journal, log, clock } = this.#dependencies;
    const { state, problem } = journal.status();
    const isWriting = state === 'writing';
    if (isWriting !== this.#isWriting) {
      this.#isWriting = isWriting;
      for (const name of WRITING) this.#implementation.setStatus(name, isWriting ? 'SERVING' : 'NOT_SERVING');
      if (isWriting) log.info('the journal can write again');
      else
        log.error(
          { problem },
          'the journal cannot write; queries are answered from durable data, nothing new is accepted',
        );
    }
    this.#cancel = clock.after(HEALTH_CHECK_INTERVAL_MS, () => this.#check());
  }
}
