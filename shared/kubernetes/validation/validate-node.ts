/** Validates a Node object. Never throws. */

import type { Node } from '../objects.ts';
import { decodeField } from '../schema/field-type.ts';
import { nodeFields } from '../schema/node-fields.ts';
import { Causes, shownAt } from '../status-cause.ts';
import { isObject } from '../unvalidated-fields.ts';
import type { Decoded } from './decoded.ts';
import { child, items } from './decoded.ts';
import { validateObjectMeta } from './object-meta.ts';
import type { Rejection } from './rejection.ts';
import { rejection } from './rejection.ts';
import { validateTaints } from './tolerations.ts';

export type NodeValidation = { readonly accepted: true; readonly node: Node } | Rejection;

/** Validates metadata and taints as the API server does. No other field of a Node affects a placement. */
export function validateNode(object: unknown): NodeValidation {
  const unreadable = new Causes();
  const node = decodeNode(object, unreadable);
  if (unreadable.all.length > 0) return rejection(400, unreadable);
  const wrong = new Causes();
  validateObjectMeta((node.metadata ?? {}) as Decoded, false, 'metadata', wrong);
  validateTaints(items(child(node as Decoded, 'spec') ?? {}, 'taints'), 'spec.taints', wrong);
  return wrong.all.length > 0 ? rejection(422, wrong) : { accepted: true, node };
}

function decodeNode(object: unknown, causes: Causes): Node {
  if (!isObject(object)) {
    causes.typeInvalid('', `must be an object, not ${shownAt('', object)}`);
    return {};
  }
  const node = decodeField(object, nodeFields, '', causes) as Node;
  if (causes.all.length > 0) return {};
  if ((node.kind || 'Node') !== 'Node') causes.invalid('kind', node.kind, 'must be Node');
  if ((node.apiVersion || 'v1') !== 'v1') causes.invalid('apiVersion', node.apiVersion, 'must be v1');
  return node;
}
