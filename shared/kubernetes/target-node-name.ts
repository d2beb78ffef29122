/** The node that a daemon pod is meant for. */
import type { Pod } from './objects.ts';

/**
 * Where the pod is bound or, before that, the one node that its required affinity names
 * (Kubernetes pkg/controller/daemon/util GetTargetNodeName); `null` where neither says.
 */
export function targetNodeName({ spec = {} }: Pod): string | null {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields ?? []);
  const named = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  const [only, ...others] = named?.values ?? [];
  return only !== undefined && others.length === 0 ? only : null;
}
