/** The target node of a daemon pod. */
import type { Pod } from './objects.ts';

/**
 * The node to which the pod is bound or, before that, the node that its required affinity names (Kubernetes
 * pkg/controller/daemon/util GetTargetNodeName); `null` where there is neither.
 */
export function targetNodeName({ spec = {} }: Pod): string | null {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields ?? []);
  const named = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  const [only, ...others] = named?.values ?? [];
  return only !== undefined && others.length === 0 ? only : null;
}
