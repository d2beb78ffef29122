/**
 * Writes the status of a DaemonSet (Kubernetes pkg/controller/daemon storeDaemonSetStatus). Each write applies to the version of the
 * DaemonSet that was read; a conflict is tried once more on the live one, with the same counters.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { type RawObject, rawObject } from '../../shared/api-server/watch-event.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { DaemonSetStatus } from '../rollout/daemon-set-state.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import type { ForeignWriter } from './foreign-writer.ts';
import type { LiveReader } from './live-reader.ts';
import { daemonSetPath } from './object-paths.ts';
import { statusOf } from './owned-daemon-set.ts';

export interface StatusWriterOptions {
  readonly writer: ClusterWriter;
  readonly reader: LiveReader;
  readonly foreign: Pick<ForeignWriter, 'writesStatus'>;
  readonly log: Logger;
}

export class StatusWriter {
  readonly #options: StatusWriterOptions;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes the counters unless the status has them already. Resolves to the DaemonSet as stored; `null` if nothing was written,
   * because nothing differs or the request failed. A later pass writes the status again.
   */
  async write(raw: RawObject, status: DaemonSetStatus): Promise<RawObject | null> {
    if (isEqual(statusOf(raw), status)) return null;
    this.#options.foreign.writesStatus(raw.metadata.uid ?? '', status.observedGeneration);
    return this.#patch(raw, status);
  }

  /** Records that the hash of the template is taken by a revision with another content. */
  writeCollisionCount(raw: RawObject, collisionCount: number): Promise<RawObject | null> {
    return this.#patch(raw, { collisionCount });
  }

  async #patch(raw: RawObject, status: object): Promise<RawObject | null> {
    const { reader, log } = this.#options;
    const { namespace = '', name, uid } = raw.metadata;
    try {
      return await this.#patchVersion(raw, status);
    } catch (error) {
      if (!(error instanceof ApiServerError)) return this.#failed(error);
      // Any other failure would most likely repeat itself.
      if (error.failure === 'missing') return null;
      log.debug({ err: error, daemonSet: `${namespace}/${name}` }, 'the status was not written; trying once more');
    }
    try {
      const live = rawObject(await reader.get(daemonSetPath(namespace, name)));
      return live.metadata.uid === uid ? await this.#patchVersion(live, status) : null;
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #patchVersion({ metadata }: RawObject, status: object): Promise<RawObject> {
    const { namespace = '', name, uid = '', resourceVersion } = metadata;
    const path = `${daemonSetPath(namespace, name)}/status`;
    return rawObject(await this.#options.writer.patch(path, { status }, { uid, resourceVersion }));
  }

  #failed(error: unknown): null {
    if (!(error instanceof RollcallError)) throw error;
    this.#options.log.warn({ err: error }, 'failed to write the status of a DaemonSet');
    return null;
  }
}

function isEqual(left: DaemonSetStatus, right: DaemonSetStatus): boolean {
  return (Object.keys(right) as (keyof DaemonSetStatus)[]).every((counter) => left[counter] === right[counter]);
}
