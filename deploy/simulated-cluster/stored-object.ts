/** An object of the API as a fake API server stores it. */
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export function ownersOf({ metadata: { ownerReferences } }: StoredObject): Record<string, unknown>[] {
  return Array.isArray(ownerReferences) ? ownerReferences.filter(isObject) : [];
}
