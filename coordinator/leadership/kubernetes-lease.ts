/** Stores the Lease in the API server (coordination.k8s.io/v1), with optimistic locking. */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import type { LeaseRecord } from './election.ts';
import type { LeaseAnnotations, LeasePort, StoredLease } from './lease-port.ts';

/** The part of the API server client that is used here. */
export interface LeaseClient {
  get(path: string): Promise<Record<string, unknown>>;
  create(path: string, object: object): Promise<Record<string, unknown>>;
  replace(path: string, object: object): Promise<Record<string, unknown>>;
}

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

export class KubernetesLease implements LeasePort {
  readonly #client: LeaseClient;
  readonly #name: LeaseName;
  readonly #collection: string;
  /** Preserves metadata that others wrote. */
  #metadata: Record<string, unknown>;

  constructor(client: LeaseClient, { namespace, name }: LeaseName) {
    this.#client = client;
    this.#name = { namespace, name };
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
    this.#metadata = { namespace, name };
  }

  async read(): Promise<StoredLease | null> {
    try {
      return this.#stored(await this.#client.get(`${this.#collection}/${this.#name.name}`));
    } catch (error) {
      if (error instanceof ApiServerError && error.failure === 'missing') return null;
      throw error;
    }
  }

  async create(record: LeaseRecord, annotations: LeaseAnnotations): Promise<StoredLease> {
    const metadata = { ...this.#name, annotations };
    return this.#stored(await this.#client.create(this.#collection, leaseOf(metadata, record)));
  }

  async update(
    { resourceVersion }: StoredLease,
    record: LeaseRecord,
    annotations: LeaseAnnotations,
  ): Promise<StoredLease> {
    const others = isObject(this.#metadata['annotations']) ? this.#metadata['annotations'] : {};
    const metadata = { ...this.#metadata, resourceVersion, annotations: { ...others, ...annotations } };
    const path = `${this.#collection}/${this.#name.name}`;
    return this.#stored(await this.#client.replace(path, leaseOf(metadata, record)));
  }

  #stored({ metadata, spec }: Record<string, unknown>): StoredLease {
    this.#metadata = isObject(metadata) ? metadata : {};
    const resourceVersion = this.#metadata['resourceVersion'];
    if (typeof resourceVersion !== 'string') throw new ApiServerError('garbled', 'the Lease has no resourceVersion');
    return { record: recordOf(isObject(spec) ? spec : {}), resourceVersion };
  }
}

function leaseOf(metadata: object, record: LeaseRecord): object {
  const { holder, durationMs, acquireTime, renewTime, transitions } = record;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: microTime(acquireTime),
      renewTime: microTime(renewTime),
      leaseTransitions: transitions,
    },
  };
}

function recordOf(spec: Record<string, unknown>): LeaseRecord {
  const text = (name: string) => (typeof spec[name] === 'string' ? spec[name] : '');
  const number = (name: string) => (typeof spec[name] === 'number' ? spec[name] : 0);
  return {
    holder: text('holderIdentity'),
    durationMs: number('leaseDurationSeconds') * 1000,
    acquireTime: text('acquireTime'),
    renewTime: text('renewTime'),
    transitions: number('leaseTransitions'),
  };
}

/** A MicroTime has six fractional digits; the clock provides three. */
function microTime(time: string): string {
  return time.replace(/\.(\d{3})Z$/, '.$1000Z');
}
