/**
 * A second, naive implementation of fit for comparison: it checks one pod at a time, calculates with exact fractions of
 * nano units, and shares only the object types with the first.
 */
import type { Pod, PodSpec } from '../../shared/kubernetes/objects.ts';

interface Container {
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  readonly ports?: readonly { hostPort?: number; containerPort?: number; protocol?: string; hostIP?: string }[];
}

/** The insufficient resources and conflicting ports, sorted: `cpu`, `pods`, `TCP/80`, ... */
export function naiveFit(
  spec: PodSpec,
  daemonSet: string,
  allocatable: Record<string, string>,
  pods: readonly Pod[],
): string[] {
  const problems = new Set<string>();
  const present = pods.filter((pod) => !isOver(pod) && !isOf(pod, daemonSet));
  if (present.length >= Number(allocatable['pods'])) problems.add('pods');
  for (const resource of ['cpu', 'memory', 'example.com/device']) {
    const requested = peak(spec, resource);
    const taken = present.reduce((total, pod) => total + peak(pod.spec ?? {}, resource), 0);
    if (requested > 0 && requested + taken > units(allocatable[resource] ?? '0')) problems.add(resource);
  }
  for (const mine of portsOf(spec)) {
    for (const pod of present) {
      for (const theirs of portsOf(pod.spec ?? {})) {
        const [a, b] = [mine.ip, theirs.ip];
        const sameAddress = a === b || a === '0.0.0.0' || b === '0.0.0.0';
        if (mine.name === theirs.name && sameAddress) problems.add(mine.name);
      }
    }
  }
  return [...problems].sort();
}

/** The maximum request of the pod at any time: while each init container runs, and while all containers run. */
function peak(spec: PodSpec, resource: string): number {
  const inits = (spec['initContainers'] ?? []) as Container[];
  const mains = (spec['containers'] ?? []) as Container[];
  const moments: number[] = [];
  inits.forEach((init, index) => {
    const sidecars = inits.slice(0, index).filter(({ restartPolicy }) => restartPolicy === 'Always');
    moments.push([...sidecars, init].reduce((total, one) => total + requestOf(one, resource), 0));
  });
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === 'Always');
  moments.push([...sidecars, ...mains].reduce((total, one) => total + requestOf(one, resource), 0));
  const overhead = (spec['overhead'] ?? {}) as Record<string, string>;
  return Math.max(...moments) + units(overhead[resource] ?? '0');
}

function requestOf({ resources = {} }: Container, resource: string): number {
  return units(resources.requests?.[resource] ?? resources.limits?.[resource] ?? '0');
}

/** Parses the quantities that the tests use (plain, milli and mebi). Unit: thousandths. */
function units(quantity: string): number {
  if (quantity.endsWith('m')) return Number(quantity.slice(0, -1));
  if (quantity.endsWith('Mi')) return Number(quantity.slice(0, -2)) * 1024 * 1024 * 1000;
  return Number(quantity) * 1000;
}

function portsOf(spec: PodSpec): { name: string; ip: string }[] {
  const inits = ((spec['initContainers'] ?? []) as Container[]).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  const found: { name: string; ip: string }[] = [];
  for (const { ports = [] } of [...((spec['containers'] ?? []) as Container[]), ...inits]) {
    for (const { hostPort, containerPort, protocol = 'TCP', hostIP = '0.0.0.0' } of ports) {
      const port = hostPort ?? (spec.hostNetwork ? containerPort : undefined);
      if (port !== undefined) found.push({ name: `${protocol}/${port}`, ip: hostIP });
    }
  }
  return found;
}

function isOver(pod: Pod): boolean {
  return ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
}

function isOf({ metadata }: Pod, daemonSet: string): boolean {
  const owner = metadata?.ownerReferences?.[0];
  return owner !== undefined && `${metadata?.namespace}/${owner.name}` === daemonSet;
}
