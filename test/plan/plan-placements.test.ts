/** Plans of the coordinator, based on its current state, with answers within the message size limit. */
import { describe, expect, it } from 'vitest';
import { type ChangesBytes, changesToWire } from '../../shared/answers/plan-changes.ts';
import { type PlanBase, planPlacements } from '../../shared/answers/plan-placements.ts';
import { runToCompletion } from '../../shared/cooperative-scheduler.ts';
import { plan } from '../../shared/plan/plan.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import type { NodeChange__Output } from '../../shared/rpc/generated/rollcall/v1/NodeChange.ts';
import type { PlanPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import { baseOf } from './base-of.ts';
import { cluster, daemonSet, node } from './objects.ts';

const CACHE = daemonSet('cache', { nodeSelector: { disk: 'ssd' } });
const AGENT = daemonSet('agent');
const NODES = [node('a', { disk: 'ssd' }), node('b', { disk: 'hdd' })];
const baseWith = ({ isSynced = true } = {}) => baseOf({ daemonSets: [CACHE, AGENT], nodes: NODES, isSynced });

interface Asked {
  readonly manifests?: readonly unknown[];
  readonly remove?: readonly string[];
  readonly nodeChanges?: readonly Partial<NodeChange__Output>[];
}

async function ask({ manifests = [], remove = [], nodeChanges = [] }: Asked, base: PlanBase = baseWith()) {
  const request: PlanPlacementsRequest__Output = {
    daemonSetManifests: manifests.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
    removeDaemonSets: remove.map((name) => ({ namespace: '', name, uid: '' })),
    nodeChanges: nodeChanges.map((change) => ({ nodeName: '', labelSelector: '', ...change })),
    at: null,
  };
  return runToCompletion(planPlacements(request, base));
}

const changesOf = ({ changes }: Awaited<ReturnType<typeof ask>>) =>
  changes?.map(
    ({ daemonSet, node, before, after }) =>
      `${daemonSet?.name} ${node?.name} ${before?.verdict ?? '-'} ${after?.verdict ?? '-'}`,
  );

describe('a plan of the coordinator', () => {
  it('compares a new version of a DaemonSet with the current one', async () => {
    const answer = await ask({ manifests: [daemonSet('cache', { nodeSelector: { disk: 'hdd' } })] });
    expect(changesOf(answer)).toEqual(['cache a VERDICT_RUN VERDICT_NONE', 'cache b VERDICT_NONE VERDICT_RUN']);
    expect(answer.changes?.[0]?.after?.reasons?.[0]).toMatchObject({ code: 'NODE_SELECTOR_VALUE_DIFFERS' });
    expect(answer.counts).toMatchObject([{ runBefore: 1, runAfter: 1, templateChanged: true }]);
  });

  it('detects a changed template, although the coordinator stores only the fields that placement reads', async () => {
    const same = await ask({ manifests: [CACHE] });
    expect(same.counts).toMatchObject([{ daemonSet: { name: 'cache' }, templateChanged: false }]);
    const newer = await ask({
      manifests: [daemonSet('cache', { nodeSelector: { disk: 'ssd' } }, 'example.org/agent:2')],
    });
    expect(newer.counts).toMatchObject([{ daemonSet: { name: 'cache' }, templateChanged: true }]);
    expect([same.changes, newer.changes]).toEqual([[], []]);
  });

  it('counts every DaemonSet if nodes change', async () => {
    const answer = await ask({ nodeChanges: [{ change: 'removeLabel', removeLabel: 'disk' }] });
    expect(changesOf(answer)).toEqual(['cache a VERDICT_RUN VERDICT_NONE']);
    expect(answer.counts).toMatchObject([
      { daemonSet: { name: 'agent' }, runBefore: 2, runAfter: 2 },
      { daemonSet: { name: 'cache' }, runBefore: 1, runAfter: 0 },
    ]);
  });

  it('removes DaemonSets and adds new ones', async () => {
    const answer = await ask({ remove: ['agent'], manifests: [daemonSet('new')] });
    expect(changesOf(answer)).toEqual([
      'agent a VERDICT_RUN -',
      'agent b VERDICT_RUN -',
      'new a - VERDICT_RUN',
      'new b - VERDICT_RUN',
    ]);
  });

  it('adds, removes, cordons and taints nodes', async () => {
    const answer = await ask({
      nodeChanges: [
        { change: 'addNodeManifest', addNodeManifest: JSON.stringify(node('c')) },
        { change: 'drop', drop: true, nodeName: 'a' },
        { change: 'cordon', cordon: true, nodeName: 'b' },
        { change: 'addTaint', addTaint: 'x=y:NoExecute', labelSelector: 'disk in (hdd)' },
      ],
    });
    expect(changesOf(answer)).toEqual([
      'agent a VERDICT_RUN -',
      'agent b VERDICT_RUN VERDICT_NONE',
      'agent c - VERDICT_RUN',
      'cache a VERDICT_RUN -',
    ]);
  });

  it('does not change the state of the coordinator', async () => {
    const base = baseWith();
    const nodeChanges = [
      { change: 'drop', drop: true, nodeName: 'a' },
      { change: 'setLabel', setLabel: 'disk=ssd', nodeName: 'b' },
    ] as const;
    const answer = await ask({ remove: ['agent'], nodeChanges }, base);
    expect(answer.changes).not.toEqual([]);
    expect([...base.nodes]).toEqual([...baseWith().nodes]);
    expect([...base.daemonSets.keys()]).toEqual(['default/agent', 'default/cache']);
  });

  it('returns the problems of invalid manifests instead of a plan', async () => {
    const answer = await ask({
      manifests: [{ ...CACHE, metadata: { name: 'Bad' } }, '{"kind": "Pod", "apiVersion": "v1"}', '', '{', AGENT],
      nodeChanges: [{ change: 'addNodeManifest', addNodeManifest: '{"kind": "Node", "apiVersion": "v1"}' }],
    });
    expect(answer.changes).toBeUndefined();
    const problems = answer.problems?.map(({ code, source }) => `${code} ${source}`);
    expect(problems).toEqual([
      'WrongKind daemon_set_manifests[1]',
      'WrongKind daemon_set_manifests[2]',
      'MalformedJson daemon_set_manifests[3]:1',
      'Invalid daemon_set_manifests[0]:1',
      'Required node_changes[0].add_node_manifest:1',
    ]);
  });

  it('reports a what-if without an effect', async () => {
    const { warnings } = await ask({ nodeChanges: [{ change: 'removeLabel', removeLabel: 'gone' }] });
    expect(warnings).toMatchObject([{ code: 'NoEffect' }]);
  });

  it('has a warning before all sources are read', async () => {
    const { warnings } = await ask({ manifests: [AGENT] }, baseWith({ isSynced: false }));
    expect(warnings).toMatchObject([{ code: 'Incomplete' }]);
  });

  it.each<[string, Asked, string]>([
    ['an unknown node', { nodeChanges: [{ change: 'drop', drop: true, nodeName: 'x' }] }, 'there is no node x'],
    ['an unknown DaemonSet', { remove: ['x'] }, 'there is no DaemonSet x'],
    [
      'a change without a what-if',
      { nodeChanges: [{ nodeName: 'a' }] },
      'node_changes[0]: no change is set; set one of its fields',
    ],
    [
      'both a node and a selector',
      { nodeChanges: [{ change: 'cordon', cordon: true, nodeName: 'a', labelSelector: 'b' }] },
      'node_changes[0]: node_name and label_selector are both set',
    ],
    [
      'a cordon that is false',
      { nodeChanges: [{ change: 'cordon', cordon: false, nodeName: 'a' }] },
      'node_changes[0]: cordon is false',
    ],
    [
      'a selector of megabytes',
      { nodeChanges: [{ change: 'drop', drop: true, labelSelector: 'a,'.repeat(1e6) }] },
      'node_changes[0]: a text has 2000000 characters; use at most 4096',
    ],
    [
      'a DaemonSet given and removed',
      { manifests: [AGENT], remove: ['agent'] },
      'DaemonSet default/agent is both given and removed',
    ],
    [
      'too many node changes',
      { nodeChanges: Array.from({ length: 1001 }, () => ({ change: 'cordon' as const, cordon: true })) },
      'there are 1001 node_changes; at most 1000 can be planned together; use a label_selector',
    ],
  ])('rejects %s with one sentence', async (_, asked, sentence) => {
    await expect(ask(asked)).rejects.toThrow(sentence);
  });
});

describe('the changes of an answer', () => {
  const { changes } = plan({
    before: cluster([CACHE], [node('a'), node('b'), node('c')]),
    after: cluster([daemonSet('cache')], [node('a'), node('b'), node('c')]),
  });
  const codec = messageCodec('rollcall.v1.PlannedChange');
  const plenty = 1_000_000;
  const emitAll = { explainedMax: plenty, reasonedMax: plenty, max: plenty };

  const toWire = (limits: ChangesBytes) => runToCompletion(changesToWire(changes, limits));

  it('have all reasons within the first limit, then only failed reasons, then only verdicts', () => {
    const [explained] = toWire(emitAll);
    expect(explained?.after?.reasons).not.toEqual([]);
    expect(explained?.before?.reasons?.[0]?.edits).not.toEqual([]);
    for (const reasoned of toWire({ ...emitAll, explainedMax: 0 })) {
      expect(reasoned.before?.reasons).toMatchObject([{ code: 'NODE_SELECTOR_LABEL_MISSING', edits: [] }]);
      expect(reasoned.after).toMatchObject({ verdict: 'VERDICT_RUN', reasons: [] });
    }
    for (const bare of toWire({ ...emitAll, explainedMax: 0, reasonedMax: 0 })) {
      expect(bare.before).toMatchObject({ verdict: 'VERDICT_NONE', reasons: [] });
    }
    const [first, second] = toWire({ ...emitAll, explainedMax: 1 });
    expect([first?.before?.reasons?.[0]?.edits?.length, second?.before?.reasons?.[0]?.edits?.length]).toEqual([2, 0]);
  });

  it('are rejected if they exceed the maximum size', () => {
    const bytes = toWire(emitAll).reduce((sum, one) => sum + codec.serialize(one).length, 0);
    expect(toWire({ ...emitAll, max: bytes * 2 })).toHaveLength(3);
    expect(() => toWire({ ...emitAll, max: bytes - 1 })).toThrow(
      '3 placements would change, more than one answer can carry; plan fewer DaemonSets or nodes at once',
    );
  });
});
