/**
 * Finds out whether the built-in DaemonSet controller runs: it creates a DaemonSet that selects no node and waits whether anybody
 * writes its `observedGeneration`. The Lease of the controller manager tells nothing, because it is held without that controller too.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { rawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import { CONTROLLER_PROBE } from '../limits.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import { daemonSetPath } from './object-paths.ts';
import { statusOf } from './owned-daemon-set.ts';

const PROBE_LABEL = 'rollcall.dev/probe';

export interface ControllerProbeOptions {
  readonly writer: ClusterWriter;
  readonly reader: { get(path: string, query?: Readonly<Record<string, string>>): Promise<Record<string, unknown>> };
  readonly clock: Clock;
  /** Of the coordinator. */
  readonly namespace: string;
  readonly randomId: () => string;
}

export class ControllerProbe {
  readonly #options: ControllerProbeOptions;
  #isCancelled = false;

  constructor(options: ControllerProbeOptions) {
    this.#options = options;
  }

  /** Ends the wait early, and deletes the probe. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /**
   * Resolves to whether another controller acts on DaemonSets, after 15 seconds at the latest.
   * @throws ApiServerError if the probe cannot be created, read or deleted
   */
  async findsController(): Promise<boolean> {
    await this.#deleteAbandoned();
    const { writer, namespace } = this.#options;
    const created = await writer.create(collection(namespace), this.#manifest());
    try {
      return await this.#isObserved(created.metadata.name);
    } finally {
      await this.#delete(created.metadata.name);
    }
  }

  async #isObserved(name: string): Promise<boolean> {
    const { reader, clock, namespace } = this.#options;
    const untilMs = clock.elapsedMs() + CONTROLLER_PROBE.waitMs;
    while (clock.elapsedMs() < untilMs && !this.#isCancelled) {
      await new Promise<void>((resolve) => clock.after(CONTROLLER_PROBE.intervalMs, resolve));
      const probe = rawObject(await reader.get(daemonSetPath(namespace, name)));
      if (statusOf(probe).observedGeneration > 0) return true;
    }
    return false;
  }

  /** Of a coordinator that ended while it probed. */
  async #deleteAbandoned(): Promise<void> {
    const { reader, namespace } = this.#options;
    const { items } = await reader.get(collection(namespace), { labelSelector: `${PROBE_LABEL}=true` });
    for (const item of Array.isArray(items) ? items : []) await this.#delete(rawObject(item).metadata.name);
  }

  async #delete(name: string): Promise<void> {
    const { reader, writer, namespace } = this.#options;
    const path = daemonSetPath(namespace, name);
    for (;;) {
      try {
        const { metadata } = rawObject(await reader.get(path));
        return await writer.delete(path, { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion });
      } catch (error) {
        if (error instanceof ApiServerError && error.failure === 'missing') return;
        // The other controller has just written the status.
        if (!(error instanceof ApiServerError && error.failure === 'conflict')) throw error;
      }
    }
  }

  #manifest(): object {
    const { namespace, randomId } = this.#options;
    const labels = { [PROBE_LABEL]: 'true' };
    return {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: `rollcall-probe-${randomId().slice(0, 8)}`, namespace, labels },
      spec: {
        selector: { matchLabels: labels },
        updateStrategy: { type: 'OnDelete' },
        template: {
          metadata: { labels },
          spec: {
            nodeSelector: { 'rollcall.dev/no-such-node': 'true' },
            containers: [{ name: 'none', image: 'rollcall.invalid/none' }],
          },
        },
      },
    };
  }
}

function collection(namespace: string): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/daemonsets`;
}
