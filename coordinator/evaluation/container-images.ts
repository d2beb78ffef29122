/** The images of a pod template's containers: what changes most often in one, and no secret. */
import type { PodSpec } from '../../shared/kubernetes/objects.ts';
import { asList, asObject, asText } from '../../shared/kubernetes/unvalidated-fields.ts';

/** By container; names are unique over both lists (Kubernetes validation). */
export function containerImages(podSpec: PodSpec | undefined): Record<string, string> {
  const containers = [...asList(podSpec?.['initContainers']), ...asList(podSpec?.['containers'])].map(asObject);
  return Object.fromEntries(containers.map(({ name, image }) => [asText(name), asText(image)]));
}
