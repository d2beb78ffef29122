/**
 * The resources and host ports that a pod needs, read from its spec as the scheduler does (Kubernetes
 * component-helpers resource PodRequests; scheduler nodeports). Pure; never throws.
 */
import { type Amounts, addAmounts, amountsOf, maxAmounts } from './resource-amounts.ts';
import { asList, asObject, asText } from './unvalidated-fields.ts';

/** What a pod needs from its node. */
export interface PodNeeds {
  /** Only amounts above 0. */
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  /** `0.0.0.0` means every address. */
  readonly hostIP: string;
  readonly port: number;
}

/** The needs of a pod or a pod template, from its pod spec. */
export function podNeeds(podSpec: unknown): PodNeeds {
  const spec = asObject(podSpec);
  return { requests: requestsOf(spec), hostPorts: hostPortsOf(spec) };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Containers run at the same time. Init containers run before them, one after the other, next to the sidecars
 * (init containers with restart policy Always) that started earlier. The larger of the two sums counts, plus the
 * overhead of the runtime class. Pod-level requests replace the sum of the containers.
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

/** The API server defaults requests to limits in pods but not in templates. */
function requestsOfContainer(container: unknown): Amounts {
  const { requests, limits } = asObject(asObject(container)['resources']);
  return amountsOf({ ...asObject(limits), ...asObject(requests) });
}

function isSidecar(container: unknown): boolean {
  return asObject(container)['restartPolicy'] === 'Always';
}

/** With hostNetwork, every container port is a host port. */
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
