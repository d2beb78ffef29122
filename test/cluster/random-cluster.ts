/**
 * A cluster that changes at random: nodes with labels, taints and cordons, DaemonSets with node selectors, affinity and
 * tolerations. It keeps the desired objects, and returns for every change which objects to write.
 */
import type { SeededRandom } from '../bench/random.ts';

export interface ClusterNode {
  readonly name: string;
  readonly labels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  unschedulable: boolean;
}

export interface ClusterDaemonSet {
  readonly name: string;
  /** Unique for each incarnation. */
  incarnation: number;
  placement: Record<string, unknown>;
  image: number;
  revisionHistoryLimit: number;
  /** 0 if unset. */
  minReadySeconds: number;
}

export type Write =
  | { readonly kind: 'put' | 'create' | 'remove'; readonly node: ClusterNode }
  | { readonly kind: 'put' | 'create' | 'remove'; readonly daemonSet: ClusterDaemonSet };

const ZONES = ['a', 'b', 'c', 'd', 'e'];
const DISKS = ['ssd', 'hdd'];
const TAINTS = [
  { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
  { key: 'dedicated', value: 'db', effect: 'NoExecute' },
  { key: 'maintenance', effect: 'NoExecute' },
  { key: 'slow', effect: 'PreferNoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
];
const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const TOLERATIONS = [
  { key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
  { key: 'dedicated', operator: 'Exists' },
  { key: 'maintenance', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
  { operator: 'Exists', effect: 'NoSchedule' },
  { operator: 'Exists' },
];
/** Number of different images that a template can have. */
const IMAGES = 3;

export class RandomCluster {
  readonly nodes = new Map<string, ClusterNode>();
  readonly daemonSets = new Map<string, ClusterDaemonSet>();
  readonly #random: SeededRandom;
  readonly #removesNodes: boolean;
  #nodesMade = 0;
  #incarnations = 0;

  constructor(
    random: SeededRandom,
    nodeCount: number,
    daemonSetCount: number,
    { removesNodes = true }: { readonly removesNodes?: boolean } = {},
  ) {
    this.#random = random;
    this.#removesNodes = removesNodes;
    for (let index = 0; index < nodeCount; index++) this.#makeNode();
    for (let index = 0; index < daemonSetCount; index++) this.#makeDaemonSet(`ds-${index}`);
  }

  /** One change, with the objects to write for it in order. */
  change(): { what: string; writes: Write[] } {
    const random = this.#random;
    const dice = random.below(100);
    const node = random.pick([...this.nodes.values()]);
    const daemonSet = random.pick([...this.daemonSets.values()]);
    if (dice < 35) return this.#put(node, `label ${this.#relabel(node)} of ${node.name}`);
    if (dice < 60) return this.#put(node, `taint ${this.#retaint(node)} of ${node.name}`);
    if (dice < 70) return this.#put(node, `${this.#cordon(node)} ${node.name}`);
    if (dice < 77 && this.#removesNodes) {
      this.nodes.delete(node.name);
      return { what: `remove node ${node.name}`, writes: [{ kind: 'remove', node }] };
    }
    if (dice < 85) {
      const made = this.#makeNode();
      return { what: `add node ${made.name}`, writes: [{ kind: 'create', node: made }] };
    }
    if (dice < 94) {
      daemonSet.placement = this.#placement();
      return { what: `place ${daemonSet.name} again`, writes: [{ kind: 'put', daemonSet }] };
    }
    if (dice < 97) {
      daemonSet.image = (daemonSet.image + 1) % IMAGES;
      return { what: `image of ${daemonSet.name}`, writes: [{ kind: 'put', daemonSet }] };
    }
    const made = this.#makeDaemonSet(daemonSet.name);
    return {
      what: `re-create ${daemonSet.name}`,
      writes: [
        { kind: 'remove', daemonSet },
        { kind: 'create', daemonSet: made },
      ],
    };
  }

  #put(node: ClusterNode, what: string): { what: string; writes: Write[] } {
    return { what, writes: [{ kind: 'put', node }] };
  }

  #makeNode(): ClusterNode {
    const random = this.#random;
    const name = `node-${String(this.#nodesMade++).padStart(4, '0')}`;
    const labels = { 'kubernetes.io/hostname': name, zone: random.pick(ZONES), disk: random.pick(DISKS) };
    const node = { name, labels, taints: [], unschedulable: false };
    if (random.chance(0.2)) this.#retaint(node);
    if (random.chance(0.3)) this.#relabel(node);
    this.nodes.set(name, node);
    return node;
  }

  #relabel({ labels }: ClusterNode): string {
    const random = this.#random;
    const [key, value] = random.pick<[string, string]>([
      ['zone', random.pick(ZONES)],
      ['disk', random.pick(DISKS)],
      ['gpu', 'true'],
      ['tier', String(random.below(5))],
    ]);
    if (labels[key] === undefined || random.chance(0.6)) labels[key] = value;
    else delete labels[key];
    return `${key}=${labels[key] ?? 'none'}`;
  }

  #retaint(node: ClusterNode): string {
    const taint = this.#random.pick(TAINTS);
    const others = node.taints.filter(({ key, effect }) => key !== taint.key || effect !== taint.effect);
    const isThere = others.length < node.taints.length;
    node.taints = isThere ? others : [...others, taint];
    return `${isThere ? '-' : '+'}${taint.key}:${taint.effect}`;
  }

  /** Sets the taint that the node lifecycle controller adds, too. */
  #cordon(node: ClusterNode): string {
    node.unschedulable = !node.unschedulable;
    node.taints = node.taints.filter(({ key }) => key !== CORDONED.key);
    if (node.unschedulable) node.taints.push(CORDONED);
    return node.unschedulable ? 'cordon' : 'uncordon';
  }

  #makeDaemonSet(name: string): ClusterDaemonSet {
    const incarnation = this.#incarnations++;
    const made = {
      name,
      incarnation,
      placement: this.#placement(),
      image: 0,
      revisionHistoryLimit: 3,
      minReadySeconds: 0,
    };
    this.daemonSets.set(name, made);
    return made;
  }

  /** Selective enough that 40 of them create some thousand pods. */
  #placement(): Record<string, unknown> {
    const random = this.#random;
    const tolerations = TOLERATIONS.filter(() => random.chance(0.25));
    const base = { tolerations, ...(random.chance(0.2) && { hostNetwork: true }) };
    const zone = { key: 'zone', operator: 'In', values: [random.pick(ZONES), random.pick(ZONES)] };
    const disk = { key: 'disk', operator: 'NotIn', values: [random.pick(DISKS)] };
    const gpu = { key: 'gpu', operator: random.pick(['Exists', 'DoesNotExist']) };
    const tier = { key: 'tier', operator: random.pick(['Gt', 'Lt']), values: [String(random.below(5))] };
    const terms = [
      [{ matchExpressions: [zone, disk, gpu] }],
      [{ matchExpressions: [zone, tier] }, { matchFields: [this.#named()] }],
      [{ matchExpressions: [tier, disk] }, { matchExpressions: [] }],
    ];
    const affinity = { nodeAffinity: required(random.pick(terms)) };
    return random.pick<Record<string, unknown>>([
      { ...base, nodeSelector: { zone: random.pick(ZONES), disk: random.pick(DISKS) } },
      { ...base, nodeSelector: { gpu: 'true' } },
      { ...base, affinity },
      { ...base, nodeSelector: { zone: random.pick(ZONES) }, affinity },
    ]);
  }

  #named(): object {
    const name = `node-${String(this.#random.below(this.#nodesMade || 1)).padStart(4, '0')}`;
    return { key: 'metadata.name', operator: 'In', values: [name] };
  }
}

function required(nodeSelectorTerms: readonly object[]): object {
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
}
