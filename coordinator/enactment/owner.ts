/** Turns the coordinator into the DaemonSet controller of the cluster, unless another one acts there. */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import { ControllerProbe } from './controller-probe.ts';
import { DaemonSetController, type DaemonSetControllerOptions } from './daemon-set-controller.ts';
import type { Fence } from './fenced-cluster-writer.ts';

/** What the running coordinator provides. */
export interface OwnerState extends Pick<DaemonSetControllerOptions, 'placements' | 'journal' | 'openIntents'> {
  readonly leadership: Fence;
}

export interface OwnerOptions
  extends OwnerState,
    Omit<DaemonSetControllerOptions, 'foreignWriterFound' | 'writer' | 'reader'> {
  readonly writer: ClusterWriter;
  readonly reader: ApiServerReader;
  readonly closeWriter: () => void;
  /** Of the coordinator, where the probe is created. */
  readonly namespace: string;
}

export class Owner {
  readonly controller: DaemonSetController;
  /** Resolves with a sentence when another controller acts on the same DaemonSets. The coordinator must then stop. */
  readonly otherControllerFound: Promise<string>;
  readonly #options: OwnerOptions;
  readonly #probe: ControllerProbe;
  #starting: Promise<void> = Promise.resolve();
  #isStopped = false;
  #found: (what: string) => void = () => {};

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#probe = new ControllerProbe(options);
    this.otherControllerFound = new Promise((resolve) => (this.#found = resolve));
    this.controller = new DaemonSetController({ ...options, foreignWriterFound: (what) => void this.#stopFor(what) });
  }

  /**
   * Starts to act. Call it after the sources were read.
   * @throws RollcallError OTHER_CONTROLLER if another controller acts; ApiServerError if the API server refuses the probe
   */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /** Resolves when every request that was sent has an outcome, and the probe is deleted. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#probe.cancel();
    // The caller of start handles its error.
    await this.#starting.catch(() => {});
    await this.controller.stop();
    this.#options.closeWriter();
  }

  async #start(): Promise<void> {
    const { isDryRun, log } = this.#options;
    if (!isDryRun) {
      log.info('looking for another DaemonSet controller, which takes 15 seconds');
      const isFound = await this.#probe.findsController();
      if (isFound) throw new RollcallError('OTHER_CONTROLLER', REFUSAL);
    }
    if (!this.#isStopped) await this.controller.start();
  }

  async #stopFor(what: string): Promise<void> {
    await this.controller.stop();
    this.#found(what);
  }
}

const REFUSAL =
  'another DaemonSet controller acts on this cluster, so --own is refused; start kube-controller-manager with --controllers=*,-daemonset';
