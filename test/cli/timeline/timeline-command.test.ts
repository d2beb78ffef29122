/** `rollcall timeline`: requests, and the output for the spans in the response. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TimelineView } from '../../../cli/view/timeline-view.ts';
import { RollcallError } from '../../../shared/errors.ts';
import type { ListTimelinesRequest } from '../../../shared/rpc/generated/rollcall/v1/ListTimelinesRequest.ts';
import type { Timeline } from '../../../shared/rpc/generated/rollcall/v1/Timeline.ts';
import { timeToWire } from '../../../shared/rpc/wire-time.ts';
import { FakeQueryServer } from '../../fakes/fake-query-server.ts';
import { NOW_MS } from '../cluster-data.ts';
import { type CliOptions, runCli } from '../run-cli.ts';

const DAY_MS = 24 * 3_600_000;

function span(startMinutes: number, endMinutes: number, startRevision: number, endRevision: number) {
  const time = (minutes: number) => timeToWire(NOW_MS + minutes * 60_000);
  return { startTime: time(startMinutes), endTime: time(endMinutes), startRevision, endRevision };
}

const PRESENCES: Timeline['presences'] = [
  { span: span(-180, -90, 1, 30), presence: 'PRESENCE_PRESENT' },
  { span: span(-90, -60, 30, 40), presence: 'PRESENCE_ABSENT' },
  { span: span(-60, 0, 40, 0), presence: 'PRESENCE_PRESENT' },
];

const TIMELINES: Timeline[] = [
  {
    daemonSet: { namespace: 'kube-system', name: 'fluentd' },
    node: { name: 'gpu-1' },
    verdicts: [
      { span: span(-180, -120, 2, 20), verdict: 'VERDICT_RUN' },
      { span: span(-120, 0, 20, 0), verdict: 'VERDICT_KEEP' },
    ],
    drifts: [
      {
        span: span(-30, 0, 50, 0),
        drift: { kind: 'DRIFT_KIND_UNHEALTHY', podName: 'fluentd-x', detail: 'CrashLoopBackOff' },
      },
    ],
    presences: PRESENCES,
  },
  {
    daemonSet: { namespace: 'kube-system', name: 'proxy' },
    node: { name: 'gpu-1' },
    verdicts: [{ span: span(-180, 0, 3, 0), verdict: 'VERDICT_RUN' }],
    presences: PRESENCES,
    incomplete: true,
    completeUntil: timeToWire(NOW_MS - 60_000),
  },
];

let server: FakeQueryServer;

beforeAll(async () => {
  server = await FakeQueryServer.start({
    ListTimelines: ({ pageToken }: ListTimelinesRequest) => ({
      timelines: pageToken === '' ? TIMELINES.slice(0, 1) : TIMELINES.slice(1),
      nextPageToken: pageToken === '' ? 'second' : '',
      from: { revision: 0, time: timeToWire(NOW_MS - DAY_MS) },
      to: { revision: 60, time: timeToWire(NOW_MS) },
    }),
  });
});

afterAll(() => server.stop());

async function timeline(line: string, options: CliOptions = {}) {
  server.asked.length = 0;
  const words = ['timeline', ...line.split(' '), '--server', server.address];
  const { exitCode, stdout, stderr } = await runCli(words, { nowMs: NOW_MS, ...options });
  expect(exitCode).toBe(0);
  return { stdout, stderr, request: server.asked[0]?.request };
}

describe('rollcall timeline', () => {
  it('of a node draws the agent, then each DaemonSet', async () => {
    expect((await timeline('node/gpu-1')).stdout).toBe(`\
node gpu-1: 2026-03-14T12:09:26Z to 2026-03-14T15:09:26Z (3h), times in UTC

                              ╷12:30   ╷13:00    ╷13:30   ╷14:00   ╷14:30    ╷
agent                   ────────────────────────────         ───────────────────
                                                    └absent──┘
kube-system/fluentd     ━━━━━━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
                                                                      └unhealthy
kube-system/proxy       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

━━━ run   ╌╌╌ keep   ─── agent present
`);
  });

  it('of a DaemonSet draws each node, and marks where its agent was absent', async () => {
    const { stdout, request } = await timeline('daemonset/fluentd');
    expect(stdout).toMatch(/^gpu-1 .*━/m);
    expect(stdout).toMatch(/└absent─*┘/);
    expect(stdout).not.toContain('agent present');
    expect(request).toMatchObject({ daemonSet: { name: 'fluentd', namespace: '' }, nodeName: '' });
  });

  it('of both draws one lane', async () => {
    const { stdout, request } = await timeline('node/gpu-1 ds/kube-system/fluentd');
    expect(stdout.split(':')[0]).toBe('daemonset kube-system/fluentd on node gpu-1');
    expect(request).toMatchObject({ daemonSet: { name: 'fluentd', namespace: 'kube-system' }, nodeName: 'gpu-1' });
  });

  it('requests the last day or the given range', async () => {
    expect((await timeline('node/gpu-1')).request).toMatchObject({
      from: { time: timeToWire(NOW_MS - DAY_MS) },
      to: null,
    });
    const { request } = await timeline('node/gpu-1 --from -3h --to revision:55');
    expect(request).toMatchObject({ from: { time: timeToWire(NOW_MS - 3 * 3_600_000) }, to: { revision: '55' } });
  });

  it('is as wide as the terminal or as COLUMNS', async () => {
    const widest = async (options: CliOptions) =>
      Math.max(
        ...(await timeline('node/gpu-1', options)).stdout
          .split('\n')
          .slice(2)
          .map((line) => line.length),
      );
    expect(await widest({ isTTY: true, columns: 120, environment: { TERM: 'dumb' } })).toBe(120);
    expect(await widest({ environment: { COLUMNS: '60' } })).toBe(60);
    expect(await widest({ environment: { COLUMNS: 'wide' } })).toBe(80);
  });

  it('reports on standard error which part is incomplete', async () => {
    expect((await timeline('node/gpu-1')).stderr).toBe(
      'rollcall: 1 placement changed too often to show in full; ' +
        'the timeline is complete up to 2026-03-14T15:08:26Z, use --to to shorten it\n',
    );
  });

  it('prints the spans of all pages as JSON', async () => {
    const { stdout } = await timeline('node/gpu-1 -o json');
    const view = JSON.parse(stdout) as { timelines: { daemonSet: string; drifts: object[] }[] };
    expect(view.timelines.map(({ daemonSet }) => daemonSet)).toEqual(['kube-system/fluentd', 'kube-system/proxy']);
    expect(view.timelines[0]?.drifts).toEqual([
      {
        kind: 'unhealthy',
        pod: 'fluentd-x',
        detail: 'CrashLoopBackOff',
        startTime: '2026-03-14T14:39:26.000Z',
        endTime: '2026-03-14T15:09:26.000Z',
        startRevision: 50,
        endRevision: null,
      },
    ]);
  });

  it('draws SVG with the times and revisions of each span', async () => {
    const { stdout } = await timeline('node/gpu-1 -o svg');
    expect(stdout).toContain('<svg ');
    expect(stdout).toContain(
      '<title>run from 2026-03-14T12:09:26Z (revision 2) to 2026-03-14T13:09:26Z (revision 20), 1h</title>',
    );
    expect(stdout).toContain('unhealthy, pod fluentd-x, CrashLoopBackOff from');
  });
});

describe('a journal that keeps less than a day', () => {
  it('is drawn from the retention horizon by default', async () => {
    const pruned = await FakeQueryServer.start({
      ListTimelines: ({ from }: ListTimelinesRequest) => {
        if (from) throw new RollcallError('BEFORE_RETENTION', 'nothing is kept from before revision 40');
        return {
          timelines: TIMELINES,
          from: { revision: 40, time: timeToWire(NOW_MS - 60_000) },
          to: { revision: 60, time: timeToWire(NOW_MS) },
        };
      },
    });
    const ask = (...options: string[]) =>
      runCli(['timeline', 'node/gpu-1', '--server', pruned.address, ...options], { nowMs: NOW_MS });
    const [byDefault, asked] = await Promise.all([ask(), ask('--from', '-2h')]);
    pruned.stop();
    expect(byDefault.exitCode).toBe(0);
    expect(asked).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: 'rollcall: nothing is kept from before revision 40\n',
    });
  });

  it('is drawn from the start of the last page if events were pruned between pages', async () => {
    const pruned = await FakeQueryServer.start({
      ListTimelines: ({ from, pageToken }: ListTimelinesRequest) => {
        if (from) throw new RollcallError('BEFORE_RETENTION', 'nothing is kept from before revision 10');
        const isFirst = pageToken === '';
        const gone: Timeline = {
          daemonSet: { namespace: 'kube-system', name: 'gone' },
          node: { name: 'gpu-1' },
          verdicts: [{ span: span(-120, -90, 20, 30), verdict: 'VERDICT_RUN' }],
        };
        return {
          timelines: isFirst ? [...TIMELINES.slice(0, 1), gone] : TIMELINES.slice(1),
          nextPageToken: isFirst ? 'second' : '',
          from: isFirst
            ? { revision: 10, time: timeToWire(NOW_MS - 170 * 60_000) }
            : { revision: 35, time: timeToWire(NOW_MS - 80 * 60_000) },
          to: { revision: 60, time: timeToWire(NOW_MS) },
        };
      },
    });
    const words = ['timeline', 'node/gpu-1', '-o', 'json', '--server', pruned.address];
    const { stdout } = await runCli(words, { nowMs: NOW_MS });
    pruned.stop();
    const { from, timelines } = JSON.parse(stdout) as TimelineView;
    expect([from.revision, timelines.map(({ daemonSet }) => daemonSet)]).toEqual([
      35,
      ['kube-system/fluentd', 'kube-system/proxy'],
    ]);
    const verdicts = timelines[0]?.verdicts.map(({ verdict, startTime, startRevision }) => [
      verdict,
      startTime,
      startRevision,
    ]);
    expect(verdicts).toEqual([['keep', from.time, 20]]);
    expect(timelines[0]?.presences.map(({ startRevision }) => startRevision)).toEqual([30, 40]);
  });
});
