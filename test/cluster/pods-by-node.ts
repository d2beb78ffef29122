/** Which DaemonSets have a pod on which node: bound to it, or created for it and not bound yet. */
import type { ListWatchListener } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { owningDaemonSet } from '../../shared/kubernetes/owning-daemon-set.ts';

interface Placed {
  readonly pod: string;
  /** The DaemonSet's. */
  readonly uid: string;
  readonly node: string;
  /** The template revision from which it was created. */
  readonly revision: string;
}

export function keepPlaced(object: RawObject): Placed {
  const { namespace = '', name, labels } = object.metadata;
  return {
    pod: `${namespace}/${name}`,
    uid: owningDaemonSet(object)?.uid ?? '',
    node: targetNode(object['spec']),
    revision: (labels as Record<string, string> | undefined)?.['controller-revision-hash'] ?? '',
  };
}

export class PodsByNode implements ListWatchListener<Placed> {
  readonly #pods = new Map<string, Map<string, Placed>>();

  /** The template revisions of the DaemonSet's pods on the node. */
  revisions(node: string, daemonSetUid: string): string[] {
    return [...(this.#pods.get(`${node} ${daemonSetUid}`)?.values() ?? [])].map(({ revision }) => revision);
  }

  applied(placed: Placed): void {
    const key = `${placed.node} ${placed.uid}`;
    const pods = this.#pods.get(key) ?? new Map<string, Placed>();
    this.#pods.set(key, pods.set(placed.pod, placed));
  }

  removed({ node, uid, pod }: Placed): void {
    this.#pods.get(`${node} ${uid}`)?.delete(pod);
  }

  problemChanged(): void {}
}

/** As Kubernetes' GetTargetNodeName determines it. */
function targetNode(spec: unknown): string {
  const pod = spec as {
    nodeName?: string;
    affinity?: {
      nodeAffinity?: {
        requiredDuringSchedulingIgnoredDuringExecution?: {
          nodeSelectorTerms: { matchFields?: { key: string; values: string[] }[] }[];
        };
      };
    };
  };
  const terms = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields = [] }) => matchFields);
  return pod.nodeName || (fields.find(({ key }) => key === 'metadata.name')?.values[0] ?? '');
}
