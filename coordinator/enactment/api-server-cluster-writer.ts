/**
 * Writes to the cluster through the API server. Not fenced: only FencedClusterWriter may call it. It has connections of
 * its own, so that writes never delay the renewal of the Lease.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { type ApiServerOptions, ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { rawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import { CLUSTER_WRITE_CONNECTIONS, CLUSTER_WRITE_TIMEOUT_MS } from '../limits.ts';
import type { ClusterObject, ClusterWriter, CreatedObject, MergePatch, Preconditions } from './cluster-writer.ts';

/**
 * The API server returns the metadata of a created object only, which takes it and this program less time. It returns the whole
 * object where it does not support this.
 */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: object;
  readonly accept?: string;
}

export class ApiServerClusterWriter extends ApiServerReader implements ClusterWriter {
  readonly #clock: Clock;

  constructor(options: ApiServerOptions) {
    super({ ...options, connections: CLUSTER_WRITE_CONNECTIONS });
    this.#clock = options.clock;
  }

  async create(path: string, object: object): Promise<CreatedObject> {
    const { metadata } = rawObject(await this.#write({ method: 'POST', path, body: object, accept: METADATA_ONLY }));
    return { metadata };
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
  async #write({ method, path, body, accept }: Write): Promise<ClusterObject> {
    const abort = new AbortController();
    const cancel = this.#clock.after(CLUSTER_WRITE_TIMEOUT_MS, () => abort.abort());
    try {
      const query = { timeout: `${CLUSTER_WRITE_TIMEOUT_MS}ms` };
      return await this.ask({ method, path, query, body, ...(accept && { accept }), signal: abort.signal });
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      throw new ApiServerError('stalled', `no response to ${method} ${path} after ${CLUSTER_WRITE_TIMEOUT_MS} ms`);
    } finally {
      cancel();
    }
  }
}
