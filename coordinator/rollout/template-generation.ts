/** The number of the template that the API server counts, and that pods carry beside the hash of their revision. */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export const TEMPLATE_GENERATION_LABEL = 'pod-template-generation';

/** The API server keeps `spec.templateGeneration` of the older versions of the API in this annotation of apps/v1. */
const ANNOTATION = 'deprecated.daemonset.template.generation';

const INT64_MAX = 2n ** 63n - 1n;

/** The generation as decimal digits; `null` without the annotation, or if it is not a number of 64 bits (GetTemplateGeneration). */
export function templateGeneration({ metadata }: RawObject): string | null {
  const { annotations } = metadata;
  const text = isObject(annotations) ? annotations[ANNOTATION] : undefined;
  if (typeof text !== 'string' || !/^[+-]?[0-9]+$/.test(text)) return null;
  const value = BigInt(text.replace('+', ''));
  return value > INT64_MAX || value < -INT64_MAX - 1n ? null : String(value);
}
