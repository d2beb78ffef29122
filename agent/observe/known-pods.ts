/** The pods of a node by name, with change detection. */
import type { Pod } from '../../shared/kubernetes/objects.ts';

export class KnownPods {
  readonly #pods = new Map<string, { readonly pod: Pod; readonly text: string }>();

  /** Returns whether the trimmed pod changed. */
  put(pod: Pod): boolean {
    const text = JSON.stringify(pod);
    const key = keyOf(pod);
    if (this.#pods.get(key)?.text === text) return false;
    this.#pods.set(key, { pod, text });
    return true;
  }

  remove(pod: Pod): boolean {
    return this.#pods.delete(keyOf(pod));
  }

  /** Replaces all pods. Returns whether anything changed. */
  replace(pods: readonly Pod[]): boolean {
    const names = new Set(pods.map(keyOf));
    const gone = [...this.#pods.keys()].filter((key) => !names.has(key));
    for (const key of gone) this.#pods.delete(key);
    return pods.filter((pod) => this.put(pod)).length + gone.length > 0;
  }

  all(): Pod[] {
    return [...this.#pods.values()].map(({ pod }) => pod);
  }
}

function keyOf({ metadata = {} }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}
