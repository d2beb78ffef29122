/** A cluster with the size and mix of large real clusters, identical on every run. */
import type { DaemonSet, Node, PodSpec, Requirement, Taint } from '../../shared/kubernetes/objects.ts';
import type { SeededRandom } from './random.ts';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const POOLS = ['general', 'compute', 'memory', 'gpu', 'edge', 'infra'];
const INSTANCE_TYPES = ['m5.xlarge', 'm5.4xlarge', 'c5.2xlarge', 'r5.2xlarge', 'p3.8xlarge', 'c6g.large'];
const TAINTS: readonly Taint[] = [
  { key: 'dedicated', value: 'infra', effect: 'NoSchedule' },
  { key: 'dedicated', value: 'batch', effect: 'NoSchedule' },
  { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
  { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  { key: 'spot', value: 'true', effect: 'PreferNoSchedule' },
];

/** Nodes with 15 to 25 labels and up to 3 taints, as parsed from JSON. */
export function makeNodes(random: SeededRandom, count: number): Node[] {
  return Array.from({ length: count }, (_, index) => asParsed(makeNode(random, `ip-10-0-${index}.internal`)));
}

/** Typical DaemonSets: half select nearly every node, the others some nodes. */
export function makeDaemonSets(random: SeededRandom, count: number): DaemonSet[] {
  return Array.from({ length: count }, (_, index) => {
    const daemonSet: DaemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: `daemon-${index}`, namespace: 'kube-system' },
      spec: { template: { spec: makePodSpec(random) } },
    };
    return asParsed(daemonSet);
  });
}

function makeNode(random: SeededRandom, name: string): Node {
  const zone = random.pick(ZONES);
  const instanceType = random.pick(INSTANCE_TYPES);
  const architecture = random.chance(0.2) ? 'arm64' : 'amd64';
  const labels: Record<string, string> = {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/instance-type': instanceType,
    'beta.kubernetes.io/os': 'linux',
    'eks.amazonaws.com/capacityType': random.pick(['ON_DEMAND', 'SPOT']),
    'eks.amazonaws.com/nodegroup': random.pick(POOLS),
    'failure-domain.beta.kubernetes.io/region': 'eu-west-1',
    'failure-domain.beta.kubernetes.io/zone': zone,
    'k8s.io/cloud-provider-aws': 'd4f0a8',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': random.chance(0.03) ? 'windows' : 'linux',
    'node.kubernetes.io/instance-type': instanceType,
    'topology.kubernetes.io/region': 'eu-west-1',
    'topology.kubernetes.io/zone': zone,
    pool: random.pick(POOLS),
  };
  if (random.chance(0.4)) labels.disktype = random.pick(['ssd', 'nvme', 'hdd']);
  if (random.chance(0.1)) labels['nvidia.com/gpu.present'] = 'true';
  if (random.chance(0.3)) labels['cpu-count'] = random.pick(['4', '8', '16', '64']);
  const extra = random.below(6);
  for (let i = 0; i < extra; i++) labels[`example.com/label-${random.below(12)}`] = `value-${random.below(5)}`;
  const taints = Array.from({ length: random.chance(0.6) ? 0 : 1 + random.below(3) }, () => random.pick(TAINTS));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, labels },
    spec: taints.length === 0 ? {} : { taints },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function makePodSpec(random: SeededRandom): PodSpec {
  const kind = random.below(10);
  if (kind < 2) return { tolerations: [{ operator: 'Exists' }], hostNetwork: true };
  if (kind < 5) return { nodeSelector: { 'kubernetes.io/os': 'linux' }, tolerations: someTolerations(random) };
  if (kind < 6) return { nodeSelector: { pool: random.pick(POOLS), 'kubernetes.io/arch': 'amd64' } };
  if (kind < 7) return { tolerations: someTolerations(random) };
  const terms = Array.from({ length: 1 + random.below(2) }, () => ({
    matchExpressions: Array.from({ length: 1 + random.below(4) }, () => makeRequirement(random)),
  }));
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    tolerations: someTolerations(random),
  };
}

function makeRequirement(random: SeededRandom): Requirement {
  switch (random.below(6)) {
    case 0:
      return { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
    case 1:
      return {
        key: 'eks.amazonaws.com/nodegroup',
        operator: 'NotIn',
        values: [random.pick(POOLS), random.pick(POOLS)],
      };
    case 2:
      return { key: 'node.kubernetes.io/instance-type', operator: 'In', values: INSTANCE_TYPES.slice(random.below(4)) };
    case 3:
      return { key: 'nvidia.com/gpu.present', operator: random.pick(['Exists', 'DoesNotExist']) };
    case 4:
      return { key: 'cpu-count', operator: random.pick(['Gt', 'Lt']), values: [random.pick(['4', '8', '32'])] };
    default:
      return { key: 'topology.kubernetes.io/zone', operator: 'In', values: [random.pick(ZONES), random.pick(ZONES)] };
  }
}

function someTolerations(random: SeededRandom) {
  return Array.from({ length: random.below(4) }, () => {
    const { key, value, effect } = random.pick(TAINTS);
    return random.chance(0.5) ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect };
  });
}

/** Parses the object from JSON, because V8 represents parsed objects differently from literals. */
function asParsed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
