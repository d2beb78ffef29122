/**
 * The fields of a DaemonSet that decide placements, read once into a structure without optional fields. The rest
 * of the engine uses this structure and never the object itself.
 */
import type { DaemonSet } from '../kubernetes/objects.ts';
import { asList, asObject, asText, asTexts } from '../kubernetes/unvalidated-fields.ts';

export interface DaemonSetFields {
  /** `''` where the template has no nodeName. */
  readonly nodeName: string;
  readonly nodeSelector: readonly SelectorEntry[];
  /** Terms of the required node affinity; `null` without required node affinity. */
  readonly terms: readonly TermFields[] | null;
  readonly tolerations: readonly TolerationFields[];
  readonly hostNetwork: boolean;
}

export interface SelectorEntry {
  readonly key: string;
  readonly value: string;
}

export interface TermFields {
  readonly matchExpressions: readonly RequirementFields[];
  readonly matchFields: readonly RequirementFields[];
}

export interface RequirementFields {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface TolerationFields {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
  /** Seconds until eviction; `null` for a toleration that does not expire. */
  readonly tolerationSeconds: number | null;
}

export function readDaemonSetFields(daemonSet: DaemonSet): DaemonSetFields {
  const podSpec = asObject(asObject(asObject(asObject(daemonSet).spec).template).spec);
  const nodeSelector = asObject(podSpec.nodeSelector);
  return {
    nodeName: asText(podSpec.nodeName),
    nodeSelector: Object.keys(nodeSelector).map((key) => ({ key, value: asText(nodeSelector[key]) })),
    terms: readTerms(asObject(asObject(podSpec.affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution),
    tolerations: asList(podSpec.tolerations).map(readToleration),
    hostNetwork: podSpec.hostNetwork === true,
  };
}

/** Required node affinity without terms matches no node. Without required node affinity, every node matches. */
function readTerms(required: unknown): readonly TermFields[] | null {
  if (typeof required !== 'object' || required === null || Array.isArray(required)) return null;
  return asList(asObject(required).nodeSelectorTerms).map((item) => {
    const term = asObject(item);
    return {
      matchExpressions: asList(term.matchExpressions).map(readRequirement),
      matchFields: asList(term.matchFields).map(readRequirement),
    };
  });
}

function readRequirement(item: unknown): RequirementFields {
  const requirement = asObject(item);
  return {
    key: asText(requirement.key),
    operator: asText(requirement.operator),
    values: asTexts(requirement.values),
  };
}

function readToleration(item: unknown): TolerationFields {
  const toleration = asObject(item);
  const seconds = toleration.tolerationSeconds;
  return {
    key: asText(toleration.key),
    operator: asText(toleration.operator),
    value: asText(toleration.value),
    effect: asText(toleration.effect),
    tolerationSeconds: typeof seconds === 'number' ? seconds : null,
  };
}
