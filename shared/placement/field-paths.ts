/** Paths of the fields that a placement reads, as kubectl writes them. */

export const POD_SPEC = 'spec.template.spec';
export const NODE_NAME_PATH = `${POD_SPEC}.nodeName`;
export const NODE_SELECTOR_PATH = `${POD_SPEC}.nodeSelector`;
export const REQUIRED_AFFINITY_PATH = `${POD_SPEC}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`;
export const TERMS_PATH = `${REQUIRED_AFFINITY_PATH}.nodeSelectorTerms`;
export const TOLERATIONS_PATH = `${POD_SPEC}.tolerations`;
export const NODE_LABELS_PATH = 'metadata.labels';
export const NODE_TAINTS_PATH = 'spec.taints';

const BARE_KEY = /^[A-Za-z0-9_-]+$/;

/** `metadata.labels.disktype`, or `metadata.labels['kubernetes.io/os']` for a key that needs quotes. */
export function entryPath(map: string, key: string): string {
  if (BARE_KEY.test(key)) return `${map}.${key}`;
  return `${map}['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
}

export function itemPath(list: string, index: number): string {
  return `${list}[${index}]`;
}
