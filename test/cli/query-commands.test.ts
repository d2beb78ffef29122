/** The exact output of the query commands for a small cluster on a real server. */
import { describe, expect, it } from 'vitest';
import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { NOW_MS, node, STATUS } from './cluster-data.ts';
import { runCli } from './run-cli.ts';
import { answer, json, server } from './small-cluster.ts';

describe('rollcall status', () => {
  it('prints a summary, the tables, then drift and problems', async () => {
    expect(await answer('status')).toBe(`\
3 nodes: 2 present, 1 absent · 2 DaemonSets, 1 rejected · revision 312

NAMESPACE     NAME            DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   DRIFT
kube-system   fluentd         2         1         1       1            1           1 missing
monitoring    node-exporter   3         3         2       2            -           1 unknown
The counts include pods on absent nodes as last reported, up to 30m ago.

NODE       PRESENCE   LAST SEEN   DESIRED   CURRENT   READY   DRIFT
gpu-1      present    2s          1         1         1       0
worker-1   present    2s          2         1         1       1
worker-2   absent     30m         2         1         0       1

Absent nodes
  worker-2: last seen 30m ago, facts 45m old

Drift
  missing      kube-system/fluentd on worker-1: no daemon pod exists (for 5m)
  unknown      monitoring/node-exporter on worker-2: the agent of this node is absent (for 30m)

Does not fit: monitoring/node-exporter on 1 node (use rollcall daemonset/NAME to see why)

Rejected manifests
  monitoring/node-exporter: the last valid version stays in force
    node-exporter.yaml:1: spec.selector: a value is required (Required)

Warnings
  ! kube-system/fluentd: spec.template.spec.tolerations[0]: The pod is evicted again and again.

Problems
  ✗ nodes/broken.yaml:3: this is no YAML
`);
  });

  it('lists a journal that cannot be written as the first problem', async () => {
    const journal = { writable: false, problem: 'no space is left', bytes: 4096, queuedEventCount: 3 };
    const full = await FakeQueryServer.start({ ...server.answers, GetStatus: () => ({ ...STATUS, journal }) });
    const ask = (...options: string[]) => runCli(['status', '--server', full.address, ...options], { nowMs: NOW_MS });
    const [text, document] = [await ask(), await ask('-o', 'json')];
    full.stop();
    expect(text.stdout).toContain('\nProblems\n  ✗ the journal cannot be written: no space is left\n');
    expect(JSON.parse(document.stdout)).toMatchObject({ status: { journal: { writable: false, queuedRows: 3 } } });
  });

  it('requests only the given DaemonSet', async () => {
    server.asked.length = 0;
    expect(await answer('status daemonset/kube-system/fluentd')).toContain('kube-system   fluentd   2');
    expect(server.asked.map(({ method }) => method).sort()).toEqual(['GetDaemonSet', 'ListDrifts']);
    expect(server.asked[0]?.request).toMatchObject({ daemonSet: { namespace: 'kube-system', name: 'fluentd' } });
  });

  it('prints numbers and RFC 3339 times in JSON', async () => {
    const snapshot = (await json('status')) as {
      status: object;
      daemonSets: object[];
      nodes: object[];
      drifts: object[];
    };
    expect(snapshot.status).toEqual({
      coordinatorVersion: '0.1.0',
      storeId: 'store-1',
      revision: 312,
      startTime: '2026-03-14T13:39:26.000Z',
      complete: false,
      nodes: 3,
      presentNodes: 2,
      absentNodes: 1,
      oldestReportTime: '2026-03-14T14:39:26.000Z',
      reportedNodes: 2,
      daemonSets: 2,
      rejectedDaemonSets: 1,
      problems: ['nodes/broken.yaml:3: this is no YAML'],
      journal: null,
      counters: { evaluated_pairs: 6 },
    });
    expect([snapshot.daemonSets.length, snapshot.nodes.length]).toEqual([2, 3]);
    expect(snapshot.drifts[0]).toEqual({
      kind: 'missing',
      daemonSet: 'kube-system/fluentd',
      node: 'worker-1',
      pod: '',
      detail: '',
      sinceTime: '2026-03-14T15:04:26.000Z',
    });
  });

  it('has a column for each kind of drift only when asked for wide', async () => {
    const [header] = (await answer('status --no-color -o wide')).split('\n').slice(2);
    expect(header).toContain('AVAILABLE   DRIFT       SELECTED   FITS   MISSCHEDULED   KEEP');
    expect(header).toContain(`KEEP   ${DRIFT_KINDS.join('   ').toUpperCase()}   NONE`);
  });

  it('lists only nodes that need attention in a large cluster', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => node(`node-${index}`, index < 2 ? { driftCount: 1 } : {}));
    const large = await FakeQueryServer.start({
      ...server.answers,
      ListNodes: ({ pageToken }: { pageToken: string }) => {
        const start = Number(pageToken);
        return { nodes: many.slice(start, start + 1000), nextPageToken: start < 2000 ? String(start + 1000) : '' };
      },
    });
    const { stdout } = await runCli(['status', '--server', large.address], { nowMs: NOW_MS });
    large.stop();
    expect(stdout).toContain('\nnode-1 ');
    expect(stdout).not.toContain('node-2 ');
    expect(stdout).toContain('2998 nodes not shown, all without problems; use rollcall nodes to list all\n');
  });
});

describe('rollcall why', () => {
  const WHY = `\
fluentd may stay on gpu-1: no daemon pod is started there, but an existing one is kept
since 2026-03-14T14:09:26Z (1h), revision 12, because node gpu-1: taint gpu:NoSchedule added, by gpu-1.yaml

✓ nodeSelector requires label os=linux, and this node has it.
    spec.template.spec.nodeSelector.os · node metadata.labels.os
✗ Taint gpu:NoSchedule is not tolerated.
    expected no untolerated taint, found gpu:NoSchedule
    spec.template.spec.tolerations · node spec.taints[0]
    to change the verdict to run: in the DaemonSet, add toleration {key: gpu}
    to change the verdict to run: kubectl taint node gpu-1 gpu:NoSchedule-

Warnings
  ! The pod is evicted again and again (TOLERATION_LOOPS)

Answers
  selected     yes
  desired      no
  fits         yes
  current      yes
  ready        yes

Decision
  trigger      node-report, revision 311: node gpu-1: taint gpu:NoSchedule added
  actor        gpu-1.yaml
  recorded     revision 312, 2026-03-14T15:07:26.000Z
  engine       2
  node         revision 9, sha256:0a0b0c0a0b0c…, from the agent (gpu-1.yaml), observed 2026-03-14T15:07:26Z
  daemonset    revision 7, sha256:ff00ff00ff00…, generation 1, template abc, from fluentd.yaml:1
  since then   node changed at revision 311 without affecting the verdict

State
  node         present, facts from the agent, 2m old
  assignment   acknowledged, revision 12
  daemon pod   fluentd-x2b9k: Running, ready for 2h, 2 restarts
`;

  it('prints the verdict, every reason, the edits and the state', async () => {
    expect(await answer('why daemonset/fluentd node/gpu-1')).toBe(WHY);
  });

  it('accepts the names in either order', async () => {
    expect(await answer('why no/gpu-1 ds/fluentd')).toBe(WHY);
  });

  it('uses ASCII if the locale does not support UTF-8', async () => {
    const ascii = await answer('why ds/fluentd node/gpu-1', { environment: { LC_ALL: 'C' } });
    expect(ascii).toBe(WHY.replaceAll('✓', '+').replaceAll('✗', 'x').replaceAll('·', '|').replaceAll('…', '...'));
  });

  it('prints the reasons of the engine in JSON', async () => {
    expect(await json('why ds/fluentd node/gpu-1')).toMatchObject({
      daemonSet: 'kube-system/fluentd',
      node: 'gpu-1',
      verdict: 'keep',
      shouldRun: false,
      shouldContinueRunning: true,
      reasons: [
        { code: 'NODE_SELECTOR_MATCHES', outcome: 'passed', found: 'linux' },
        { code: 'TAINT_NOT_TOLERATED', outcome: 'failed', edits: [{ objectKind: 'DaemonSet' }, { verdict: 'run' }] },
      ],
      decision: { revision: 312, changes: [{ field: 'verdict', from: 'run', to: 'keep' }] },
    });
  });
});

describe('rollcall node/NAME and daemonset/NAME', () => {
  it('show the DaemonSets of the node', async () => {
    server.asked.length = 0;
    expect(await answer('node/gpu-1')).toContain('node gpu-1: present, last seen 2s ago\n');
    expect(server.asked.find(({ method }) => method === 'ListPlacements')?.request).toMatchObject({
      nodeName: 'gpu-1',
    });
  });

  it('show the nodes of the DaemonSet, with the verdict run first', async () => {
    expect(await answer('ds/fluentd')).toBe(`\
daemonset kube-system/fluentd: revision 7, template abc, from fluentd.yaml:1
3 nodes selected, 2 desired, 1? fit, 1 current, 1 ready, 1 keep

NODE       VERDICT   FITS   POD   DRIFT     SINCE   REASON
worker-1   run       no     -     missing   1h      no daemon pod exists; Insufficient cpu: it is short
gpu-1      keep      yes    -     -         1h      Taint gpu:NoSchedule is not tolerated; 1 more reason

Warnings
  ! kube-system/fluentd: spec.template.spec.tolerations[0]: The pod is evicted again and again.
`);
  });

  it('accept options before and after the name', async () => {
    const before = await answer('-o json -n kube-system daemonset/fluentd');
    expect(before).toBe(await answer('daemonset/fluentd --output=json --namespace kube-system'));
    expect(JSON.parse(before)).toMatchObject({ daemonSet: { name: 'fluentd' }, placements: [{}, {}] });
  });
});

describe('the lists', () => {
  it.each([
    ['nodes', 'NODE       PRESENCE   LAST SEEN   DESIRED   CURRENT   READY   DRIFT'],
    ['daemonsets', 'NAMESPACE     NAME            DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   DRIFT'],
    ['agents', 'NODE    PRESENCE   LAST SEEN   CONNECTED   SENT   ACKNOWLEDGED   VERSION   PROBLEM'],
    ['drift', 'DRIFT     DAEMONSET                  NODE       FOR   DETAIL'],
  ])('%s begins with its column headers', async (command, headers) => {
    expect((await answer(command)).startsWith(headers)).toBe(true);
  });

  it('show more columns with -o wide, and truncate nothing in a pipe', async () => {
    const [header = '', row = ''] = (await answer('nodes -o wide', { columns: 20 })).split('\n');
    expect(header.split(/ {3,}/).slice(-3)).toEqual(['FACTS', 'KUBELET', 'TAINTS']);
    expect(row.endsWith('agent 10m   v1.33.2   -')).toBe(true);
  });

  it('filter daemonsets by namespace', async () => {
    expect(await json('daemonsets -n monitoring')).toMatchObject([{ namespace: 'monitoring', name: 'node-exporter' }]);
  });

  it('are one YAML document with -o yaml', async () => {
    expect(await answer('agents -o yaml')).toMatch(
      /^- node: gpu-1\n {2}presence: present\n {2}agentVersion: 0\.1\.0\n/,
    );
  });
});

describe('drift', () => {
  const FLUENTD = { namespace: 'kube-system', name: 'fluentd' };
  const UNSORTED = [
    { kind: 'DRIFT_KIND_UNHEALTHY', daemonSet: FLUENTD, node: { name: 'a' }, detail: 'CrashLoopBackOff' },
    { kind: 'DRIFT_KIND_MISSING', daemonSet: FLUENTD, node: { name: 'c' } },
    { kind: 'DRIFT_KIND_OUTDATED', daemonSet: FLUENTD, node: { name: 'b' } },
    { kind: 'DRIFT_KIND_MISSING', daemonSet: { namespace: 'default', name: 'zoo' }, node: { name: 'd' } },
  ] as const;

  it.each([
    ['--kind missing --kind outdated', ['d', 'c', 'b']],
    ['-n default', ['d']],
    ['--kind unhealthy -n default', []],
  ])('is filtered by %s', async (options, nodes) => {
    const drifting = await FakeQueryServer.start({ ...server.answers, ListDrifts: () => ({ drifts: UNSORTED }) });
    const { stdout } = await runCli(['drift', ...options.split(' '), '-o', 'json', '--server', drifting.address]);
    drifting.stop();
    expect((JSON.parse(stdout) as { node: string }[]).map(({ node }) => node).sort()).toEqual([...nodes].sort());
  });

  it('rejects an unknown kind', async () => {
    const { exitCode, stderr } = await runCli(['drift', '--kind', 'decision', '--server', server.address]);
    expect([exitCode, stderr]).toEqual([
      2,
      "rollcall: invalid value 'decision' for --kind: " + `must be one of ${DRIFT_KINDS.join(', ')}\n`,
    ]);
  });

  it('has the same order and words in the list and in the status', async () => {
    const drifting = await FakeQueryServer.start({ ...server.answers, ListDrifts: () => ({ drifts: UNSORTED }) });
    const asked = async (command: string) =>
      (await runCli([command, '--server', drifting.address], { nowMs: NOW_MS })).stdout;
    const [list, snapshot] = [await asked('drift'), await asked('status')];
    drifting.stop();
    expect(list.split('\n').map((line) => line.split(/ {3,}/).toSpliced(3, 1))).toEqual([
      ['DRIFT', 'DAEMONSET', 'NODE', 'DETAIL'],
      ['missing', 'default/zoo', 'd', 'no daemon pod exists'],
      ['missing', 'kube-system/fluentd', 'c', 'no daemon pod exists'],
      ['outdated', 'kube-system/fluentd', 'b', 'the daemon pod has an older template revision'],
      ['unhealthy', 'kube-system/fluentd', 'a', 'CrashLoopBackOff'],
      [''],
    ]);
    expect(snapshot.replaceAll(/ \(for .*\)/g, '')).toContain(`
Drift
  missing      default/zoo on d: no daemon pod exists
  missing      kube-system/fluentd on c: no daemon pod exists
  outdated     kube-system/fluentd on b: the daemon pod has an older template revision
  unhealthy    kube-system/fluentd on a: CrashLoopBackOff
`);
  });
});
