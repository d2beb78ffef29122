/** The owner references through which a DaemonSet controls its pods and ControllerRevisions. */
import type { RawMetadata } from '../../shared/api-server/watch-event.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export interface Controller {
  readonly name: string;
  readonly uid: string;
}

/** Deleting the DaemonSet in the foreground waits for the object (`blockOwnerDeletion`), as with the built-in controller. */
export function controllerReference({ name, uid }: Controller): object {
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true };
}

/** The owner references of an object as the API server returned it. */
export function ownersOf({ ownerReferences }: RawMetadata): Record<string, unknown>[] {
  return Array.isArray(ownerReferences) ? ownerReferences.filter(isObject) : [];
}

/** The uid of the controller of an object; `''` without one (apimachinery GetControllerOf). */
export function controllerUidOf(metadata: RawMetadata): string {
  const controller = ownersOf(metadata).find((owner) => owner['controller'] === true);
  return typeof controller?.['uid'] === 'string' ? controller['uid'] : '';
}
