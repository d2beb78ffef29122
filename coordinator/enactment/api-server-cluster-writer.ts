/**
 * Writes to the cluster through the API server. Not fenced: only FencedClusterWriter may call it. It has connections of
 * its own, so that writes never delay the renewal of the Lease.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { type ApiServerOptions, ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { Clock } from '../../shared/clock.ts';
import { CLUSTER_WRITE_TIMEOUT_MS } from '../limits.ts';
import type { ClusterObject, ClusterWriter, MergePatch, Preconditions } from './cluster-writer.ts';

interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: object;
}

export class ApiServerClusterWriter extends ApiServerReader implements ClusterWriter {
  readonly #clock: Clock;

  constructor(options: ApiServerOptions) {
    super(options);
    this.#clock = options.clock;
  }

  create(path: string, object: object): Promise<ClusterObject> {
    return this.#write({ method: 'POST', path, body: object });
  }

  patch(path: string, patch: MergePatch, preconditions: Preconditions): Promise<ClusterObject> {
    // The API server compares these two fields and answers with a conflict if one differs.
    const body = { ...patch, metadata: { ...patch.metadata, ...preconditions } };
    return this.#write({ method: 'PATCH', path, body });
  }

  async delete(path: string, preconditions: Preconditions): Promise<void> {
    await this.#write({ method: 'DELETE', path, body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions } });
  }

  /** The API server gives up after the same time, so that nothing is written long after the Lease was checked. */
  async #write({ method, path, body }: Write): Promise<ClusterObject> {
    const abort = new AbortController();
    const cancel = this.#clock.after(CLUSTER_WRITE_TIMEOUT_MS, () => abort.abort());
    try {
      const query = { timeout: `${CLUSTER_WRITE_TIMEOUT_MS}ms` };
      return await this.ask({ method, path, query, body, signal: abort.signal });
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      throw new ApiServerError('stalled', `no response to ${method} ${path} after ${CLUSTER_WRITE_TIMEOUT_MS} ms`);
    } finally {
      cancel();
    }
  }
}
