/** Generates valid and invalid DaemonSets and nodes from a few names and values, so that they match often. */
import fc from 'fast-check';
import type { DaemonSet, Node } from '../../shared/placement/index.ts';

const LABEL_KEYS = ['zone', 'gpu', 'cpu', 'example.com/tier', 'kubernetes.io/hostname'];
const ODD_KEYS = ['constructor', '__proto__', 'toString', '', '-x', 'a/b/c', 'UPPER.com/x', 'a b'];
const LABEL_VALUES = ['a', 'b', '', '4', '8', '007', '16'];
const ODD_VALUES = [
  '-1',
  '+5',
  ' 4',
  '1.5',
  '9223372036854775807',
  '9223372036854775808',
  '00000000000000000000004',
  'x'.repeat(64),
];
const NODE_NAMES = ['n1', 'n2'];
const TAINT_KEYS = [
  'dedicated',
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/network-unavailable',
];
const TAINT_VALUES = ['', 'x', 'y'];
const EFFECTS = ['NoSchedule', 'NoExecute', 'PreferNoSchedule'];
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

const labelKey = fc.constantFrom(...LABEL_KEYS);
const labelValue = fc.constantFrom(...LABEL_VALUES);
const anyKey = fc.oneof({ weight: 5, arbitrary: labelKey }, { weight: 1, arbitrary: fc.constantFrom(...ODD_KEYS) });
const anyValue = fc.oneof(
  { weight: 5, arbitrary: labelValue },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_VALUES) },
);

/** A requirement that Kubernetes can use. */
const soundRequirement = fc.oneof(
  fc.record({
    key: labelKey,
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.array(labelValue, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: labelKey, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  fc.record({
    key: fc.constantFrom('cpu', 'zone'),
    operator: fc.constantFrom('Gt', 'Lt'),
    values: fc.constantFrom(['4'], ['8'], ['007'], ['0']),
  }),
);

const oddRequirement = fc.record(
  {
    key: anyKey,
    operator: fc.constantFrom(...OPERATORS, '', 'in', 'Equals'),
    values: fc.array(anyValue, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const soundField = fc.record({
  key: fc.constant('metadata.name'),
  operator: fc.constantFrom('In', 'NotIn'),
  values: fc.constantFrom(...NODE_NAMES).map((name) => [name]),
});

const oddField = fc.record(
  {
    key: fc.constantFrom('metadata.name', 'metadata.namespace', ''),
    operator: fc.constantFrom(...OPERATORS, ''),
    values: fc.array(fc.constantFrom(...NODE_NAMES, ''), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

function term(requirement: fc.Arbitrary<unknown>, field: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.record(
    { matchExpressions: fc.array(requirement, { maxLength: 3 }), matchFields: fc.array(field, { maxLength: 1 }) },
    { requiredKeys: [] },
  );
}

const soundTaint = fc.record(
  { key: fc.constantFrom(...TAINT_KEYS), value: fc.constantFrom(...TAINT_VALUES), effect: fc.constantFrom(...EFFECTS) },
  { requiredKeys: ['key', 'effect'] },
);

const oddTaint = fc.record(
  {
    key: fc.constantFrom(...TAINT_KEYS, '', 'constructor'),
    value: fc.constantFrom(...TAINT_VALUES),
    effect: fc.constantFrom(...EFFECTS, '', 'noschedule'),
  },
  { requiredKeys: [] },
);

const soundToleration = fc.record(
  {
    key: fc.constantFrom(...TAINT_KEYS),
    operator: fc.constantFrom('Exists', 'Equal'),
    value: fc.constantFrom(...TAINT_VALUES),
    effect: fc.constantFrom(...EFFECTS),
    tolerationSeconds: fc.constantFrom(0, 30),
  },
  { requiredKeys: ['key'] },
);

const oddToleration = fc.record(
  {
    key: fc.constantFrom(...TAINT_KEYS, ''),
    operator: fc.constantFrom('Exists', 'Equal', '', 'Lt', 'Gt', 'exists'),
    value: fc.constantFrom(...TAINT_VALUES, '4'),
    effect: fc.constantFrom(...EFFECTS, '', 'nonsense'),
    tolerationSeconds: fc.constantFrom(-1, 0, 30),
  },
  { requiredKeys: [] },
);

/** Any JSON value, for a field that requires another type. */
const junk: fc.Arbitrary<unknown> = fc.constantFrom(
  null,
  0,
  1,
  true,
  '',
  'n1',
  [],
  {},
  [null],
  [[]],
  { a: null },
  { '0': 'a' },
);

const tolerationsOnly = fc.record({ tolerations: fc.array(soundToleration, { maxLength: 3 }) });

const soundDaemonSet = daemonSetOf(
  fc.oneof(
    { weight: 1, arbitrary: tolerationsOnly },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          nodeName: fc.constantFrom('', ...NODE_NAMES),
          nodeSelector: fc.dictionary(labelKey, labelValue, { maxKeys: 2 }),
          affinity: affinityOf(fc.array(term(soundRequirement, soundField), { maxLength: 3 })),
          tolerations: fc.array(soundToleration, { maxLength: 3 }),
          hostNetwork: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    },
  ),
);

const oddDaemonSet = daemonSetOf(
  fc.record(
    {
      nodeName: fc.constantFrom('', ...NODE_NAMES),
      nodeSelector: fc.dictionary(anyKey, anyValue, { maxKeys: 2 }),
      affinity: affinityOf(
        fc.array(fc.oneof(term(soundRequirement, soundField), term(oddRequirement, oddField)), { maxLength: 3 }),
      ),
      tolerations: fc.array(fc.oneof(soundToleration, oddToleration), { maxLength: 3 }),
      hostNetwork: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
);

const soundNode = nodeOf(fc.dictionary(labelKey, labelValue, { maxKeys: 5 }), fc.array(soundTaint, { maxLength: 3 }));
const oddNode = nodeOf(
  fc.dictionary(anyKey, anyValue, { maxKeys: 5 }),
  fc.array(fc.oneof(soundTaint, oddTaint), { maxLength: 3 }),
);

/** Objects as an API server returns them. */
export const soundPair = fc.tuple(soundDaemonSet, soundNode).map(asPair);

/** Objects that were not validated, some with an invalid value in a field. */
export const anyPair = fc
  .tuple(withJunk(fc.oneof(soundDaemonSet, oddDaemonSet)), withJunk(fc.oneof(soundNode, oddNode)))
  .map(asPair);

export const anyNode = withJunk(fc.oneof(soundNode, oddNode)).map((node) => node as Node);

export interface PairInput {
  readonly daemonSet: DaemonSet;
  readonly node: Node;
}

function asPair([daemonSet, node]: readonly [unknown, unknown]): PairInput {
  return { daemonSet: daemonSet as DaemonSet, node: node as Node };
}

function daemonSetOf(podSpec: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return podSpec.map((spec) => ({
    metadata: { name: 'd', namespace: 'default', uid: 'u', generation: 3 },
    spec: { template: { spec } },
  }));
}

function affinityOf(nodeSelectorTerms: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return nodeSelectorTerms.map((terms) => ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  }));
}

function nodeOf(labels: fc.Arbitrary<unknown>, taints: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...NODE_NAMES), labels, taints, fc.boolean())
    .map(([name, nodeLabels, nodeTaints, unschedulable]) => ({
      metadata: { name, labels: nodeLabels },
      spec: { taints: nodeTaints, unschedulable },
    }));
}

/** Sometimes replaces or removes one value in the object. */
function withJunk(objects: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(objects, fc.option(fc.tuple(fc.nat(), junk), { freq: 2 })).map(([object, exchange]) => {
    if (exchange === null) return object;
    const places = placesIn(object);
    const place = places[exchange[0] % places.length] as readonly string[];
    return exchanged(object, place, exchange[1]);
  });
}

function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, entry]) => placesIn(entry).map((rest) => [key, ...rest]))];
}

function exchanged(value: unknown, place: readonly string[], replacement: unknown): unknown {
  const [step, ...rest] = place;
  if (step === undefined) return replacement;
  const entries = Object.entries(value as object).map(([key, entry]) => [
    key,
    key === step ? exchanged(entry, rest, replacement) : entry,
  ]);
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}
