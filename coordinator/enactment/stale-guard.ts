/**
 * Asks the API server before a write when a watch has shown nothing for a while, because it may be out of date. A quiet cluster is not
 * frozen: its writes cost a request more.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { rawObject } from '../../shared/api-server/watch-event.ts';
import { WATCH_TRUSTED_MS } from '../limits.ts';
import type { PodAction } from '../rollout/daemon-set-plan.ts';
import type { LiveReader } from './live-reader.ts';
import { daemonSetPath, podPath } from './object-paths.ts';
import type { CausedAction, PassSubject } from './pod-writes.ts';

export interface StaleGuardOptions {
  readonly reader: LiveReader;
  /** How long the watch that has been silent the longest has shown nothing. */
  readonly silentMs: () => number;
}

export interface Confirmed {
  /** The actions whose objects are as the watches show them. */
  readonly actions: readonly CausedAction[];
  /** Why the others were left out; `''` if none was. */
  readonly problem: string;
}

export class StaleGuard {
  readonly #options: StaleGuardOptions;

  constructor(options: StaleGuardOptions) {
    this.#options = options;
  }

  /** Leaves out what cannot be confirmed. Everything is confirmed while the watches are alive. */
  async confirm(subject: PassSubject, actions: readonly CausedAction[]): Promise<Confirmed> {
    if (actions.length === 0 || this.#options.silentMs() < WATCH_TRUSTED_MS) return { actions, problem: '' };
    try {
      if (!(await this.#isDaemonSetCurrent(subject))) {
        return { actions: [], problem: 'the DaemonSet has changed, and the watch has not shown it' };
      }
      const current = await Promise.all(actions.map(({ action }) => this.#isCurrent(action)));
      const confirmed = actions.filter((_, index) => current[index]);
      const problem = confirmed.length === actions.length ? '' : 'a pod has changed, and the watch has not shown it';
      return { actions: confirmed, problem };
    } catch (error) {
      if (error instanceof ApiServerError) return { actions: [], problem: error.message };
      throw error;
    }
  }

  async #isDaemonSetCurrent({ namespace, name, uid, raw }: PassSubject): Promise<boolean> {
    const metadata = await this.#metadataOf(daemonSetPath(namespace, name));
    const { generation } = raw.metadata;
    return (
      metadata?.uid === uid && metadata['generation'] === generation && metadata['deletionTimestamp'] === undefined
    );
  }

  async #isCurrent(action: PodAction): Promise<boolean> {
    return action.verb === 'create' || this.#isPodCurrent(action.pod);
  }

  async #isPodCurrent({
    namespace,
    name,
    uid,
    resourceVersion,
  }: {
    namespace: string;
    name: string;
    uid: string;
    resourceVersion: string;
  }) {
    const metadata = await this.#metadataOf(podPath(namespace, name));
    return metadata?.uid === uid && metadata.resourceVersion === resourceVersion;
  }

  /** `null` if the object does not exist. */
  async #metadataOf(path: string) {
    try {
      return rawObject(await this.#options.reader.get(path)).metadata;
    } catch (error) {
      if (error instanceof ApiServerError && error.failure === 'missing') return null;
      throw error;
    }
  }
}
