/** Reads the name, labels and taints of a node. Never throws and never copies. */
import type { Node } from '../kubernetes/objects.ts';
import { asList, asObject, asText } from '../kubernetes/unvalidated-fields.ts';

export type Labels = Readonly<Record<string, unknown>>;

/** A taint that is not validated: any field may be missing or have the wrong type. */
export type RawTaint =
  | { readonly key?: unknown; readonly value?: unknown; readonly effect?: unknown }
  | null
  | undefined;

/** `''` where the node has no name. */
export function nodeNameOf(node: Node): string {
  return asText(node?.metadata?.name);
}

export function labelsOf(node: Node): Labels {
  return asObject(node?.metadata?.labels);
}

export function taintsOf(node: Node): readonly RawTaint[] {
  return asList(node?.spec?.taints) as readonly RawTaint[];
}
