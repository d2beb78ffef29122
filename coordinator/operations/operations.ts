/**
 * The operations port of the coordinator: liveness, readiness with the reason, and metrics. It opens before the journal,
 * so that a start that hangs is visible.
 */
import type { Logger } from '../../shared/logging.ts';
import { COORDINATOR_METRICS } from '../../shared/operations/metric-catalogue.ts';
import { MetricRegistry } from '../../shared/operations/metric-registry.ts';
import { type OperationsServer, startOperationsServer } from '../../shared/operations/operations-server.ts';
import { readEventLoop, readProcess } from '../../shared/operations/process-metrics.ts';
import { Readiness } from '../../shared/operations/readiness.ts';
import type { Address } from '../../shared/settings/address.ts';
import type { ClusterSource } from '../cluster/cluster-source.ts';
import type { ServerCertificates } from '../tls/server-certificates.ts';
import {
  type CoordinatorMetrics,
  type MetricsDependencies,
  registerCoordinatorMetrics,
} from './coordinator-metrics.ts';

export interface CoordinatorOperationsOptions {
  /** `undefined`: no operations port. */
  readonly listen: Address | undefined;
  readonly dataFolder: string;
  readonly version: string;
  readonly log: Logger;
}

export class CoordinatorOperations {
  readonly readiness = new Readiness();
  readonly metrics: CoordinatorMetrics = new MetricRegistry(COORDINATOR_METRICS);
  readonly #options: CoordinatorOperationsOptions;
  #server: OperationsServer | undefined;
  #endEventLoop: () => void = () => {};

  constructor(options: CoordinatorOperationsOptions) {
    this.#options = options;
  }

  /** @throws RollcallError ARGUMENT_INVALID if the address is not available. */
  async start(): Promise<void> {
    const { listen, version, log } = this.#options;
    this.opening();
    if (listen === undefined) return;
    readProcess(this.metrics, { version, readiness: this.readiness });
    this.#endEventLoop = readEventLoop(this.metrics);
    this.#server = await startOperationsServer({ listen, readiness: this.readiness, metrics: this.metrics, log });
    log.info({ port: this.#server.port }, 'listening on the operations port');
  }

  /** The actual port; `undefined` if there is no operations port. */
  get port(): number | undefined {
    return this.#server?.port;
  }

  /** This coordinator is not the leader. `why` is a sentence without a full stop. */
  standingBy(why: string): void {
    this.readiness.block('start', `standing by: ${why}`);
  }

  /** The coordinator waits for the journal. */
  opening(): void {
    this.readiness.block('start', 'starting: the journal is not open yet');
  }

  /** The journal is open, and the sources are being read. */
  opened(dependencies: MetricsDependencies, source: Pick<ClusterSource, 'counts'>): void {
    const { journal } = dependencies;
    this.readiness.block('start', 'starting: the sources have not been read yet');
    this.readiness.addCheck(() => {
      const { state, problem } = journal.status();
      return state === 'writing' || state === 'closed' ? null : `the journal cannot write: ${problem}`;
    });
    if (this.#server !== undefined)
      registerCoordinatorMetrics(this.metrics, dependencies, { dataFolder: this.#options.dataFolder, source });
  }

  /** The coordinator serves agents and the CLI. `certificates` is `null` for plaintext. */
  serving(certificates: Pick<ServerCertificates, 'notAfterMs'> | null): void {
    if (certificates !== null && this.#server !== undefined) {
      this.metrics.readValue('rollcall_certificate_expiry_time_seconds', () => certificates.notAfterMs / 1000);
    }
    this.readiness.clear('start');
  }

  /** The coordinator closes its connections and accepts no new ones. */
  draining(): void {
    this.readiness.block('drain', 'draining: the coordinator is shutting down');
  }

  /** Must be called last, so that probes are served during the shutdown. */
  async stop(): Promise<void> {
    this.#endEventLoop();
    await this.#server?.stop();
  }
}
