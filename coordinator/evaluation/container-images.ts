/** The images of the containers in a pod template. They change most often, and they are not secret. */
import type { PodSpec } from '../../shared/kubernetes/objects.ts';
import { asList, asObject, asText } from '../../shared/kubernetes/unvalidated-fields.ts';

/** By container name; names are unique across both lists (Kubernetes validation). */
export function containerImages(podSpec: PodSpec | undefined): Record<string, string> {
  const containers = [...asList(podSpec?.['initContainers']), ...asList(podSpec?.['containers'])].map(asObject);
  return Object.fromEntries(containers.map(({ name, image }) => [asText(name), asText(image)]));
}
