/**
 * What a pod asks of its node, read from its spec as the scheduler reads it (Kubernetes
 * component-helpers resource PodRequests; scheduler nodeports). Pure, and throws on nothing.
 */
import { type Amounts, addAmounts, amountsOf, maxAmounts } from './resource-amounts.ts';
import { asList, asObject, asText } from './unvalidated-fields.ts';

/** What a pod asks of the node that it runs on. */
export interface PodNeeds {
  /** Only what is more than 0. */
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  /** `0.0.0.0` is every address. */
  readonly hostIP: string;
  readonly port: number;
}

/** The needs of a pod, or of a pod template, by its spec. */
export function podNeeds(podSpec: unknown): PodNeeds {
  const spec = asObject(podSpec);
  return { requests: requestsOf(spec), hostPorts: hostPortsOf(spec) };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Containers run together; init containers one after the other before them, beside the sidecars (init
 * containers of restart policy Always) that started earlier and stay. The larger of both counts, and the
 * runtime's overhead on top. Requests of the pod as a whole take the place of those of its containers.
 */
function requestsOf(spec: Fields): Amounts {
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const container of asList(spec['initContainers'])) {
    const requests = requestsOfContainer(container);
    if (isSidecar(container)) {
      sidecars = addAmounts(sidecars, requests);
      starting = maxAmounts(starting, sidecars);
    } else {
      starting = maxAmounts(starting, addAmounts(sidecars, requests));
    }
  }
  const running = asList(spec['containers']).map(requestsOfContainer).reduce(addAmounts, sidecars);
  const ofContainers = maxAmounts(running, starting);
  const ofPod = amountsOf(asObject(spec['resources'])['requests']);
  return addAmounts({ ...ofContainers, ...ofPod }, amountsOf(spec['overhead']));
}

/** The API server turns limits without requests into requests, but only of pods, not of templates. */
function requestsOfContainer(container: unknown): Amounts {
  const { requests, limits } = asObject(asObject(container)['resources']);
  return amountsOf({ ...asObject(limits), ...asObject(requests) });
}

function isSidecar(container: unknown): boolean {
  return asObject(container)['restartPolicy'] === 'Always';
}

/** On the host's network every port of a container is one of the host. */
function hostPortsOf(spec: Fields): HostPort[] {
  const onHost = spec['hostNetwork'] === true;
  const containers = [...asList(spec['containers']), ...asList(spec['initContainers']).filter(isSidecar)];
  return containers
    .flatMap((container) => asList(asObject(container)['ports']))
    .map((port) => hostPortOf(asObject(port), onHost))
    .filter(({ port }) => port > 0);
}

function hostPortOf({ protocol, hostIP, hostPort, containerPort }: Fields, onHost: boolean): HostPort {
  const port = hostPort || (onHost ? containerPort : 0);
  return {
    protocol: asText(protocol) || 'TCP',
    hostIP: asText(hostIP) || '0.0.0.0',
    port: typeof port === 'number' ? port : 0,
  };
}
