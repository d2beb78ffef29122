/**
 * Validates a DaemonSet as the API server does (Kubernetes 1.20 apps/validation): the result, the fields and the
 * cause types are the same; the messages are Rollcall's own. Never throws.
 */

import { DEFAULT_NAMESPACE, defaultDaemonSet } from '../default-daemon-set.ts';
import type { DaemonSet } from '../objects.ts';
import { daemonSetFields } from '../schema/daemon-set-fields.ts';
import { decodeField } from '../schema/field-type.ts';
import { Causes, shownAt } from '../status-cause.ts';
import { isObject } from '../unvalidated-fields.ts';
import { validateDaemonSetSpec } from './daemon-set-spec.ts';
import type { Decoded } from './decoded.ts';
import { validateObjectMeta } from './object-meta.ts';
import type { Rejection } from './rejection.ts';
import { rejection } from './rejection.ts';

export type DaemonSetValidation =
  | { readonly accepted: true; readonly daemonSet: DaemonSet; readonly warnings: readonly ManifestWarning[] }
  | Rejection;

/** Accepted, but probably not intended. */
export interface ManifestWarning {
  readonly code: string;
  readonly fieldPath: string;
  readonly message: string;
}

export interface ValidationOptions {
  /** If set, an object in another namespace is rejected, as in a request to this namespace. */
  readonly namespace?: string;
}

export function validateDaemonSet(object: unknown, options: ValidationOptions = {}): DaemonSetValidation {
  const unreadable = new Causes();
  const decoded = decodeDaemonSet(object, options, unreadable);
  if (unreadable.all.length > 0) return rejection(400, unreadable);
  const daemonSet = defaultDaemonSet(decoded, options.namespace);
  const wrong = new Causes();
  validateObjectMeta((daemonSet.metadata ?? {}) as Decoded, true, 'metadata', wrong);
  validateDaemonSetSpec((daemonSet.spec ?? {}) as Decoded, 'spec', wrong);
  if (wrong.all.length > 0) return rejection(422, wrong);
  return { accepted: true, daemonSet, warnings: [] };
}

function decodeDaemonSet(object: unknown, options: ValidationOptions, causes: Causes): DaemonSet {
  if (!isObject(object)) {
    causes.typeInvalid('', `must be an object, not ${shownAt('', object)}`);
    return {};
  }
  const daemonSet = decodeField(object, daemonSetFields, '', causes) as DaemonSet;
  if (causes.all.length > 0) return {};
  if ((daemonSet.kind || 'DaemonSet') !== 'DaemonSet') {
    causes.invalid('kind', daemonSet.kind, 'must be DaemonSet');
  }
  if ((daemonSet.apiVersion || 'apps/v1') !== 'apps/v1') {
    causes.invalid('apiVersion', daemonSet.apiVersion, 'must be apps/v1');
  }
  const namespace = daemonSet.metadata?.namespace || (options.namespace ?? DEFAULT_NAMESPACE);
  if (options.namespace !== undefined && namespace !== options.namespace) {
    causes.invalid('metadata.namespace', namespace, `must be ${options.namespace}, the requested namespace`);
  }
  return daemonSet;
}
