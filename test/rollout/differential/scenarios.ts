/** The scenarios, named after what they show. The names of upstream tests that show the same are in comments. */

import type { Scenario } from './scenario.ts';
import { NO_EXECUTE, NO_SCHEDULE, nodes, step } from './scenario-steps.ts';
import type { Side } from './side.ts';

const ready = (side: Side) => side.apply('agent');
const three = (side: Side) => nodes(side, 'n1', 'n2', 'n3');
const ssd = { pod: { nodeSelector: { disk: 'ssd' } } };
const OLD = 'example.org/daemon:1';
const NEW = 'example.org/daemon:2';

async function threeWithAgent(side: Side): Promise<void> {
  await three(side);
  await ready(side);
}

async function changeImage(side: Side, image: string): Promise<void> {
  await side.changeDaemonSet('agent', ({ template }) => {
    for (const container of template.spec['containers'] as { image: string }[]) container.image = image;
  });
}

/** With the selector of the DaemonSet before it. */
async function createSuccessor(side: Side): Promise<void> {
  await side.apply('successor', { spec: { selector: { matchLabels: { app: 'agent' } } }, labels: { app: 'agent' } });
}

export const scenarios: readonly Scenario[] = [
  {
    // TestSimpleDaemonSetLaunchesPods
    name: 'one pod on each node',
    steps: [step('create', threeWithAgent, 'n1 n2 n3')],
  },
  {
    // TestNoNodesDoesNothing, TestAddNode
    name: 'a node that is added gets a pod',
    steps: [
      step('create without nodes', ready, ''),
      step('add a node', (side) => nodes(side, 'n1'), 'n1'),
      step('add two nodes', (side) => nodes(side, 'n2', 'n3'), 'n1 n2 n3'),
    ],
  },
  {
    // TestSelectorDaemonSetLaunchesPods
    name: 'nodeSelector selects nodes by label',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          await side.addNode('n2', { labels: { disk: 'ssd' } });
          await side.apply('agent', ssd);
        },
        'n2',
      ),
      step(
        'label a node',
        (side) =>
          side.changeNode('n1', ({ metadata }) => {
            metadata.labels['disk'] = 'ssd';
          }),
        'n1 n2',
      ),
      step(
        'remove a label',
        (side) =>
          side.changeNode('n2', ({ metadata }) => {
            delete metadata.labels['disk'];
          }),
        'n1',
      ),
    ],
  },
  {
    // should run and stop complex daemon
    name: 'a change of the nodeSelector moves the pods',
    steps: [
      step(
        'create',
        async (side) => {
          await side.addNode('n1', { labels: { color: 'blue' } });
          await side.addNode('n2', { labels: { color: 'green' } });
          await side.apply('agent', { pod: { nodeSelector: { color: 'blue' } } });
        },
        'n1',
      ),
      step(
        'select green',
        (side) =>
          side.changeDaemonSet('agent', ({ template }) => {
            (template.spec['nodeSelector'] as Record<string, string>)['color'] = 'green';
          }),
        'n2',
      ),
    ],
  },
  {
    // TestNodeAffinityDaemonLaunchesPods
    name: 'required node affinity selects nodes',
    steps: [
      step(
        'create',
        async (side) => {
          await three(side);
          await side.addNode('n4', { labels: { zone: 'b' } });
          const terms = [
            { matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] },
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [side.nodeName('n1')] }] },
          ];
          const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'zone', operator: 'Exists' }] } }];
          const nodeAffinity = {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
            preferredDuringSchedulingIgnoredDuringExecution: preferred,
          };
          await side.apply('agent', { pod: { affinity: { nodeAffinity } } });
        },
        'n1 n4',
      ),
    ],
  },
  {
    name: 'an affinity term that can never match selects no node',
    steps: [
      step(
        'create',
        async (side) => {
          await three(side);
          const nodeSelectorTerms = [{ matchExpressions: [{ key: 'zone', operator: 'Gt', values: ['abc'] }] }];
          await side.apply('agent', {
            pod: {
              affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
            },
          });
        },
        '',
      ),
    ],
  },
  {
    name: 'pod affinity and preferred terms of the template stay in the pods',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          const term = { labelSelector: { matchLabels: { app: 'other' } }, topologyKey: 'kubernetes.io/hostname' };
          const podAntiAffinity = {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
          };
          await side.apply('agent', { pod: { affinity: { podAntiAffinity } } });
        },
        'n1',
      ),
    ],
  },
  {
    // TestNameDaemonSetLaunchesPods
    name: 'nodeName in the template selects one node',
    steps: [
      step(
        'create',
        async (side) => {
          await three(side);
          await side.apply('agent', { pod: { nodeName: side.nodeName('n2') } });
        },
        'n2',
      ),
    ],
  },
  {
    // TestTaintedNodeDaemonDoesNotLaunchIntolerantPod
    name: 'a tainted node gets no pod',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          await side.addNode('n2', { taints: [NO_SCHEDULE] });
          await side.addNode('n3', { taints: [NO_EXECUTE] });
          await ready(side);
        },
        'n1',
      ),
      step(
        'remove the taints',
        async (side) => {
          await side.changeNode('n2', ({ spec }) => {
            spec['taints'] = [];
          });
          await side.changeNode('n3', ({ spec }) => {
            spec['taints'] = [];
          });
        },
        'n1 n2 n3',
      ),
    ],
  },
  {
    // TestTaintedNodeDaemonLaunchesToleratePod
    name: 'a toleration of the template allows a tainted node',
    steps: [
      step(
        'create',
        async (side) => {
          await side.addNode('n1', { taints: [NO_SCHEDULE, NO_EXECUTE] });
          await side.apply('agent', { pod: { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } });
        },
        'n1',
      ),
    ],
  },
  {
    // TestNoScheduleTaintedDoesntEvicitRunningIntolerantPod
    name: 'a NoSchedule taint leaves a running pod',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'taint a node',
        (side) =>
          side.changeNode('n1', ({ spec }) => {
            spec['taints'] = [NO_SCHEDULE];
          }),
        'n1 n2 n3',
      ),
      step('delete its pod', (side) => side.deletePods(['n1']), 'n2 n3'),
    ],
  },
  {
    // TestNoExecuteTaintedDoesEvicitRunningIntolerantPod
    name: 'a NoExecute taint removes a running pod',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'taint a node',
        (side) =>
          side.changeNode('n1', ({ spec }) => {
            spec['taints'] = [NO_EXECUTE];
          }),
        'n2 n3',
      ),
      step(
        'remove the taint',
        (side) =>
          side.changeNode('n1', ({ spec }) => {
            spec['taints'] = [];
          }),
        'n1 n2 n3',
      ),
    ],
  },
  {
    name: 'a PreferNoSchedule taint changes nothing',
    steps: [
      step(
        'create',
        async (side) => {
          await side.addNode('n1', { taints: [{ ...NO_SCHEDULE, effect: 'PreferNoSchedule' }] });
          await ready(side);
        },
        'n1',
      ),
    ],
  },
  {
    // TestNotReadyNodeDaemonLaunchesPod, TestUnreachableNodeDaemonLaunchesPod, TestTaintPressureNodeDaemonLaunchesPod
    name: 'the taints of node conditions are tolerated',
    steps: [
      step(
        'create',
        async (side) => {
          const taint = (name: string, effect: string) => ({ key: `node.kubernetes.io/${name}`, effect });
          await side.addNode('n1', { taints: [taint('not-ready', 'NoExecute'), taint('unreachable', 'NoExecute')] });
          await side.addNode('n2', {
            taints: ['disk', 'memory', 'pid'].map((kind) => taint(`${kind}-pressure`, 'NoSchedule')),
          });
          await side.addNode('n3', { taints: [taint('not-ready', 'NoSchedule')] });
          await ready(side);
        },
        'n1 n2',
      ),
    ],
  },
  {
    // TestUnschedulableNodeDaemonDoesLaunchPod
    name: 'a cordoned node keeps and gets a pod',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'cordon',
        (side) =>
          side.changeNode('n1', ({ spec }) => {
            spec['unschedulable'] = true;
            spec['taints'] = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
          }),
        'n1 n2 n3',
      ),
      step('drain', (side) => side.deletePods(['n1']), 'n1 n2 n3'),
    ],
  },
  {
    name: 'network-unavailable is tolerated with hostNetwork only',
    steps: [
      step(
        'create',
        async (side) => {
          const taints = [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }];
          await side.addNode('n1', { taints });
          await ready(side);
          await side.apply('cni', { pod: { hostNetwork: true } });
        },
        'n1',
      ),
    ],
  },
  {
    name: 'an automatic toleration replaces one with seconds',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          const tolerations = [
            { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
            { key: 'node.kubernetes.io/unreachable', operator: 'Equal', value: 'x', effect: 'NoExecute' },
            { key: 'other', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
          ];
          await side.apply('agent', { pod: { tolerations } });
        },
        'n1',
      ),
    ],
  },
  {
    // TestDaemonKillFailedPods
    name: 'a failed pod is replaced',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'fail',
        (side) => side.setStatus(['n2'], { phase: 'Failed', reason: 'Evicted', conditions: [] }),
        'n1 n2 n3',
      ),
    ],
  },
  {
    // TestDaemonKillFailedPodsBackoff
    name: 'a pod that fails again is replaced after a back-off',
    steps: [
      step('create', (side) => nodes(side, 'n1').then(() => ready(side)), 'n1'),
      step('fail', (side) => side.setStatus(['n1'], { phase: 'Failed', conditions: [] }), 'n1'),
      step('fail again', (side) => side.setStatus(['n1'], { phase: 'Failed', conditions: [] }), 'n1'),
      step('fail a third time', (side) => side.setStatus(['n1'], { phase: 'Failed', conditions: [] }), 'n1'),
    ],
  },
  {
    // TestSimpleDaemonSetRestartsPodsOnTerminalPhase
    name: 'a completed pod is replaced',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      {
        ...step('complete', (side) => side.setStatus(['n1', 'n3'], { phase: 'Succeeded', conditions: [] }), 'n1 n2 n3'),
        since: { change: 'completed pods are recycled', pods: ['n1', 'n2', 'n3'], phase: 'Running' },
      },
    ],
  },
  {
    name: 'a failed pod on a node that the DaemonSet may not use is deleted and not replaced',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'taint',
        (side) =>
          side.changeNode('n1', ({ spec }) => {
            spec['taints'] = [NO_SCHEDULE];
          }),
        'n1 n2 n3',
      ),
      step('fail', (side) => side.setStatus(['n1'], { phase: 'Failed', conditions: [] }), 'n2 n3'),
    ],
  },
  {
    name: 'a pod that a user deletes is created again',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step('delete two', (side) => side.deletePods(['n1', 'n2']), 'n1 n2 n3'),
    ],
  },
  {
    // TestDaemonSetRespectsTermination
    name: 'a terminating pod delays its successor',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'delete a pod that hangs',
        async (side) => {
          side.rules = { keepsTerminating: () => true };
          await side.deletePods(['n1']);
        },
        'n2 n3',
      ),
      step(
        'it ends',
        async (side) => {
          side.rules = {};
        },
        'n1 n2 n3',
      ),
    ],
  },
  {
    name: 'a failed pod that waits for a finalizer does not delay its successor',
    steps: [
      step('create', (side) => nodes(side, 'n1').then(() => ready(side)), 'n1'),
      {
        ...step(
          'fail with a finalizer',
          async (side) => {
            await side.changePods(['n1'], ({ metadata }) =>
              Object.assign(metadata, { finalizers: ['example.org/wait'] }),
            );
            await side.setStatus(['n1'], { phase: 'Failed', conditions: [] });
          },
          '',
        ),
        since: { change: 'kubernetes/kubernetes#118716', pods: ['n1'] },
      },
    ],
  },
  {
    name: 'the finalizers and annotations of the template are copied',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          const metadata = { annotations: { 'example.org/scrape': 'true' }, finalizers: ['example.org/wait'] };
          await side.apply('agent', { annotations: { owner: 'platform' }, metadata });
        },
        'n1',
      ),
    ],
  },
  {
    // TestSelectorDaemonDealsWithExistingPods
    name: 'the oldest of several pods on a node stays',
    steps: [
      step('create', (side) => nodes(side, 'n1', 'n2').then(() => ready(side)), 'n1 n2'),
      step(
        'add a duplicate',
        async (side) => {
          const [pod] = (await side.pods()).filter(({ spec }) => spec?.nodeName === side.nodeName('n1'));
          await side.createCopy(pod, 'duplicate');
        },
        'n1 n2',
      ),
    ],
  },
  {
    // TestSelectorDaemonDeletesUnselectedPods
    name: 'a pod on a node that is not selected is deleted',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n2');
          await side.addNode('n1', { labels: { disk: 'ssd' } });
          await side.apply('agent', ssd);
        },
        'n1',
      ),
      step(
        'add a misplaced pod',
        async (side) => {
          const [pod] = await side.pods();
          await side.createCopy(pod, 'misplaced', { nodeName: side.nodeName('n2') });
        },
        'n1',
      ),
    ],
  },
  {
    // TestAddPodOrphan, TestUpdatePodOrphanWithNewLabels
    name: 'a matching pod without a controller is adopted',
    steps: [
      step(
        'create a pod, then the DaemonSet',
        async (side) => {
          await nodes(side, 'n1', 'n2');
          const containers = [{ name: 'daemon', image: OLD }];
          await side.createPod({
            metadata: { name: 'by-hand', labels: { app: 'agent' } },
            spec: { containers, nodeName: side.nodeName('n1') },
          });
          await ready(side);
        },
        'n1 n2',
      ),
    ],
  },
  {
    name: 'a pod whose labels do not match any more is released and replaced',
    steps: [
      step('create', (side) => nodes(side, 'n1', 'n2').then(() => ready(side)), 'n1 n2'),
      step(
        'relabel a pod',
        (side) =>
          side.changePods(['n1'], ({ metadata }) => {
            (metadata['labels'] as Record<string, string>)['app'] = 'debug';
          }),
        'n1 n1 n2',
      ),
    ],
  },
  {
    // TestUpdatePodChangeControllerRef
    name: 'a pod whose owner reference a user removes is adopted again',
    steps: [
      step('create', (side) => nodes(side, 'n1', 'n2').then(() => ready(side)), 'n1 n2'),
      step(
        'remove the reference',
        (side) =>
          side.changePods(['n1'], ({ metadata }) => {
            Object.assign(metadata, { ownerReferences: [] });
          }),
        'n1 n2',
      ),
    ],
  },
  {
    name: 'the pods of a DaemonSet that was deleted without its dependents are adopted by its successor',
    steps: [
      step('create', (side) => nodes(side, 'n1', 'n2').then(() => ready(side)), 'n1 n2'),
      {
        ...step('delete, leaving the pods', (side) => side.deleteDaemonSet('agent', { orphan: true }), 'n1 n2'),
        ignoresRevisions: true,
      },
      {
        ...step('create again under another name', createSuccessor, 'n1 n2'),
        ignoresRevisions: true,
      },
    ],
  },
  {
    name: 'a template change replaces nothing with OnDelete',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step('change the image', (side) => changeImage(side, NEW), 'n1 n2 n3'),
      step('delete a pod', (side) => side.deletePods(['n2']), 'n1 n2 n3'),
    ],
  },
  {
    // should rollback without unnecessary restarts
    name: 'a template that comes back reuses its revision with a new number',
    steps: [
      step('create', (side) => nodes(side, 'n1', 'n2').then(() => ready(side)), 'n1 n2'),
      step('change the image', (side) => changeImage(side, NEW), 'n1 n2'),
      step('delete a pod', (side) => side.deletePods(['n2']), 'n1 n2'),
      step('change the image back', (side) => changeImage(side, OLD), 'n1 n2'),
    ],
  },
  {
    name: 'three templates make three revisions',
    steps: [
      step('create', (side) => nodes(side, 'n1').then(() => ready(side)), 'n1'),
      step('change the image', (side) => changeImage(side, NEW), 'n1'),
      step('change it again', (side) => changeImage(side, 'example.org/daemon:3<&>'), 'n1'),
    ],
  },
  {
    name: 'minReadySeconds delays availability',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1', 'n2');
          await side.apply('agent', { spec: { minReadySeconds: 4 } });
        },
        'n1 n2',
      ),
    ],
  },
  {
    // TestNumberReadyStatus
    name: 'pods that are not ready count as unavailable',
    steps: [
      step(
        'create',
        async (side) => {
          side.rules = { isReady: (pod) => pod.spec?.nodeName !== side.nodeName('n1') };
          await threeWithAgent(side);
        },
        'n1 n2 n3',
      ),
      step(
        'all are ready',
        async (side) => {
          side.rules = {};
        },
        'n1 n2 n3',
      ),
    ],
  },
  {
    // TestSimpleDaemonSetScheduleDaemonSetPodsLaunchesPods
    name: 'pods that the scheduler has not bound count as scheduled',
    steps: [
      step(
        'create',
        async (side) => {
          side.rules = { leavesPending: () => true };
          await threeWithAgent(side);
        },
        'n1 n2 n3',
      ),
    ],
  },
  {
    // TestDeleteUnscheduledPodForNotExistingNode
    name: 'an unscheduled pod of a removed node is deleted',
    steps: [
      step(
        'create',
        async (side) => {
          side.rules = { leavesPending: () => true };
          await threeWithAgent(side);
        },
        'n1 n2 n3',
      ),
      step('remove a node', (side) => side.removeNode('n2'), 'n1 n3'),
    ],
  },
  {
    name: 'a bound pod of a removed node is left to the pod garbage collector',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step('remove a node', (side) => side.removeNode('n2'), 'n1 n2 n3'),
    ],
  },
  {
    name: 'a node that comes back under the same name keeps its pod',
    steps: [
      step('create', threeWithAgent, 'n1 n2 n3'),
      step(
        'remove and add a node',
        async (side) => {
          await side.removeNode('n2');
          await nodes(side, 'n2');
        },
        'n1 n2 n3',
      ),
      step('delete its pod', (side) => side.deletePods(['n2']), 'n1 n2 n3'),
    ],
  },
  {
    name: 'a DaemonSet that is deleted takes its pods with it',
    steps: [step('create', threeWithAgent, 'n1 n2 n3'), step('delete', (side) => side.deleteDaemonSet('agent'), '')],
  },
  {
    name: 'two DaemonSets with the same labels leave each other alone',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1', 'n2');
          await side.apply('one', { labels: { tier: 'node' } });
          await side.apply('two', { labels: { tier: 'node' } });
        },
        'n1 n1 n2 n2',
      ),
      step(
        'fail the pods of a node',
        (side) => side.setStatus(['n1'], { phase: 'Failed', conditions: [] }),
        'n1 n1 n2 n2',
      ),
    ],
  },
  {
    name: 'more nodes than one burst',
    steps: [
      step(
        'create',
        async (side) => {
          const names = Array.from({ length: 280 }, (_, index) => `n${String(index).padStart(3, '0')}`);
          await Promise.all(names.map((name) => side.addNode(name)));
          side.rules = { leavesPending: () => true };
          await ready(side);
        },
        Array.from({ length: 280 }, (_, index) => `n${String(index).padStart(3, '0')}`).join(' '),
      ),
    ],
  },
  {
    name: 'a pod with every kind of volume and probe passes through',
    steps: [
      step(
        'create',
        async (side) => {
          await nodes(side, 'n1');
          const probe = { httpGet: { path: '/healthz?a=1&b=<2>', port: 8080 }, periodSeconds: 5 };
          const containers = [
            {
              name: 'daemon',
              image: 'example.org/daemon',
              args: ['--mode=<all>', 'ü\u2028'],
              env: [
                { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                { name: 'EMPTY', value: '' },
              ],
              ports: [{ containerPort: 80, hostPort: 8080 }],
              resources: { limits: { cpu: '0.5', memory: '64Mi' }, requests: { cpu: '250m' } },
              readinessProbe: probe,
              livenessProbe: { exec: { command: ['true'] } },
              securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } },
              volumeMounts: [{ name: 'root', mountPath: '/host', readOnly: true }],
            },
          ];
          const volumes = [
            { name: 'root', hostPath: { path: '/' } },
            { name: 'config', configMap: { name: 'config', items: [{ key: 'a', path: 'b' }] } },
            { name: 'scratch', emptyDir: {} },
          ];
          const initContainers = [{ name: 'init', image: 'example.org/init:1' }];
          await side.apply('agent', {
            pod: {
              containers,
              volumes,
              initContainers,
              hostPID: true,
              terminationGracePeriodSeconds: 1,
              dnsPolicy: 'Default',
            },
          });
        },
        'n1',
      ),
    ],
  },
];
