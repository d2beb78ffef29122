/**
 * Validates the fields of a Pod that Rollcall reads: name, owner and state. The API server has already validated the
 * spec of an existing pod. Never throws.
 */

import { DEFAULT_NAMESPACE } from '../default-daemon-set.ts';
import type { Pod } from '../objects.ts';
import { decodeField } from '../schema/field-type.ts';
import { podFields } from '../schema/node-fields.ts';
import { Causes, shownAt } from '../status-cause.ts';
import { isObject } from '../unvalidated-fields.ts';
import { validateObjectMeta } from './object-meta.ts';
import type { Rejection } from './rejection.ts';
import { rejection } from './rejection.ts';

export type PodValidation = { readonly accepted: true; readonly pod: Pod } | Rejection;

/** A pod without a namespace is in `default`. */
export function validatePod(object: unknown): PodValidation {
  const unreadable = new Causes();
  const pod = decodePod(object, unreadable);
  if (unreadable.all.length > 0) return rejection(400, unreadable);
  const wrong = new Causes();
  // A manifest that was written by hand has no owner UID.
  const { ownerReferences: _, ...metadata } = pod.metadata ?? {};
  validateObjectMeta(metadata, true, 'metadata', wrong);
  return wrong.all.length > 0 ? rejection(422, wrong) : { accepted: true, pod };
}

function decodePod(object: unknown, causes: Causes): Pod {
  if (!isObject(object)) {
    causes.typeInvalid('', `must be an object, not ${shownAt('', object)}`);
    return {};
  }
  const pod = decodeField(object, podFields, '', causes) as Pod;
  if (causes.all.length > 0) return {};
  if ((pod.kind || 'Pod') !== 'Pod') causes.invalid('kind', pod.kind, 'must be Pod');
  if ((pod.apiVersion || 'v1') !== 'v1') causes.invalid('apiVersion', pod.apiVersion, 'must be v1');
  return { ...pod, metadata: { ...pod.metadata, namespace: pod.metadata?.namespace || DEFAULT_NAMESPACE } };
}
