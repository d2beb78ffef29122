/**
 * The coordinator as whoever operates it sees it: whether it lives, whether it is ready and why not, and
 * its metrics. There before the journal is open, because a start that hangs has to be seen too.
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
  /** `undefined`: nothing is served. */
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

  /** @throws RollcallError ARGUMENT_INVALID where the address cannot be listened on. */
  async start(): Promise<void> {
    const { listen, version, log } = this.#options;
    this.opening();
    if (listen === undefined) return;
    readProcess(this.metrics, { version, readiness: this.readiness });
    this.#endEventLoop = readEventLoop(this.metrics);
    this.#server = await startOperationsServer({ listen, readiness: this.readiness, metrics: this.metrics, log });
    log.info({ port: this.#server.port }, 'operations port open');
  }

  /** The port that was taken; `undefined` where nothing is served. */
  get port(): number | undefined {
    return this.#server?.port;
  }

  /** This coordinator does not lead yet; `why` is a sentence without a full stop. */
  standingBy(why: string): void {
    this.readiness.block('start', `standing by: ${why}`);
  }

  /** Nothing but the journal itself is waited for. */
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

  /** Agents and the CLI are answered; `certificates` is `null` where that is in plaintext. */
  serving(certificates: Pick<ServerCertificates, 'notAfterMs'> | null): void {
    if (certificates !== null && this.#server !== undefined) {
      this.metrics.readValue('rollcall_certificate_expiry_time_seconds', () => certificates.notAfterMs / 1000);
    }
    this.readiness.clear('start');
  }

  /** Nobody should come any more; whoever is here is being sent away. */
  draining(): void {
    this.readiness.block('drain', 'draining: the coordinator stops');
  }

  /** Last of all, so that probes are answered while the rest ends. */
  async stop(): Promise<void> {
    this.#endEventLoop();
    await this.#server?.stop();
  }
}
