/**
 * The port through which the coordinator writes to the cluster (docs/invariants.md, 6). Only two other kinds of
 * requests send a body to the API server: leadership writes the Lease that fences this port, and identity posts
 * TokenReviews and SubjectAccessReviews, which change nothing.
 */
import type { RawObject } from '../../shared/api-server/watch-event.ts';

/** The version of an object that a write applies to, as it was read from `metadata`. */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A JSON merge patch (RFC 7396): `null` removes a field, and a list replaces the whole list. */
export interface MergePatch {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

/** An object as the API server returns it. */
export type ClusterObject = Readonly<Record<string, unknown>>;

/** The part of a created object that the API server adds to. */
export type CreatedObject = Pick<RawObject, 'metadata'>;

/**
 * Paths are absolute, for example `/api/v1/namespaces/default/pods/agent-x7k2p`. Every method rejects with a
 * RollcallError NOT_LEADER if it was not sent because of the fence, and with an ApiServerError otherwise. An ApiServerError
 * `conflict` means that nothing was written: the object exists already, or it no longer meets the preconditions.
 */
export interface ClusterWriter {
  /** Creates the object in the collection at `path`; resolves to its metadata as stored. */
  create(path: string, object: object): Promise<CreatedObject>;
  /** Patches the object or subresource at `path`; resolves to the object as stored. */
  patch(path: string, patch: MergePatch, preconditions: Preconditions): Promise<ClusterObject>;
  /** Requests the deletion of the object at `path`; pods end after their grace period. */
  delete(path: string, preconditions: Preconditions): Promise<void>;
}
