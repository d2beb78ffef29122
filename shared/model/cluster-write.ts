/** What the coordinator writes to the cluster with `--own`, and why. The journal records each write as an intent and an outcome. */

/** The verbs of the requests. `adopt` and `release` patch the owner references of a pod or of a ControllerRevision. */
export type WriteVerb = 'create' | 'delete' | 'adopt' | 'release' | 'update';

export type WrittenResource = 'pods' | 'controllerrevisions';

/**
 * - `no-pod`: the node should run a daemon pod and has none.
 * - `not-placed`: the pod may not stay on its node, because the placement is none.
 * - `failed-pod`, `succeeded-pod`: the pod has ended, so it is deleted and another one created.
 * - `duplicate`: another pod of the DaemonSet, the oldest, runs on the node.
 * - `node-gone`: the node of an unscheduled pod is not in the inventory any more.
 * - `selector-match`, `selector-mismatch`: the labels and the selector decide who controls the object.
 * - `new-template`: no ControllerRevision has the content of the template.
 * - `older-revision`: the ControllerRevision of the template is not the newest one, after a rollback.
 * - `hash-label`: the ControllerRevision has no hash label.
 */
export type WriteReason =
  | 'no-pod'
  | 'not-placed'
  | 'failed-pod'
  | 'succeeded-pod'
  | 'duplicate'
  | 'node-gone'
  | 'selector-match'
  | 'selector-mismatch'
  | 'new-template'
  | 'older-revision'
  | 'hash-label';

export interface ClusterWrite {
  readonly verb: WriteVerb;
  readonly resource: WrittenResource;
  /** The name of the object, in the namespace of the DaemonSet. */
  readonly name: string;
  /** `''` for an object that does not exist yet. */
  readonly uid: string;
  readonly reason: WriteReason;
  /** What the reason does not say, for example the reason with which the pod failed; otherwise `''`. */
  readonly detail: string;
}
