/** `rollcall history`: filters, pages, inputs of decisions, and following across broken connections. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { RollcallError } from '../../shared/errors.ts';
import type { ExplainPlacementRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ListEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { EVENTS, EXPLANATION, INPUTS, NOW_MS, STATUS } from './cluster-data.ts';
import { runCli, startCli } from './run-cli.ts';

const HOUR_MS = 3_600_000;

function row(revision: number) {
  return { ...EVENTS[0], revision, message: `row ${revision}` };
}

let server: FakeQueryServer;

beforeEach(async () => {
  server = await FakeQueryServer.start({
    GetStatus: () => STATUS,
    ListEvents: () => ({ events: [...EVENTS].reverse() }),
    ExplainPlacement: () => EXPLANATION,
  });
});

afterEach(() => server.stop());

function history(line: string) {
  const words = ['history', ...line.split(' ').filter((word) => word !== ''), '--server', server.address];
  return runCli(words, { nowMs: NOW_MS });
}

function asked<Request>(method: string): Request[] {
  return server.asked.filter((one) => one.method === method).map(({ request }) => request as Request);
}

describe('the filters of history', () => {
  it('are sent to the coordinator in any combination', async () => {
    await history(
      '-n logging --node gpu-1 --kind drift --cause operator --cause node-change --actor kubectl --since -2h --until -1h',
    );
    expect(asked('ListEvents')).toMatchObject([
      {
        namespace: 'logging',
        daemonSet: null,
        nodeName: 'gpu-1',
        kinds: ['EVENT_KIND_DRIFT'],
        triggers: ['TRIGGER_NODE_CHANGE', 'TRIGGER_OPERATOR'],
        causeRevision: '0',
        actor: 'kubectl',
        sinceTime: timeToWire(NOW_MS - 2 * HOUR_MS),
        untilTime: timeToWire(NOW_MS - HOUR_MS),
        oldestFirst: false,
      },
    ]);
  });

  it('accept a causing revision, and apply --namespace to the DaemonSet', async () => {
    await history('-n logging --daemonset fluentd --cause revision:311 --oldest-first');
    expect(asked('ListEvents')).toMatchObject([
      { namespace: '', daemonSet: { namespace: 'logging', name: 'fluentd' }, causeRevision: '311', oldestFirst: true },
    ]);
  });

  it.each([
    [
      '--cause weather',
      "invalid value 'weather' for --cause: must be one of node-report, daemon-set-change, " +
        'node-change, operator, restart, engine-upgrade, agent, retention, pod-change or revision:N',
    ],
    ['--since -1h --until -2h', '--since -1h must be before --until -2h'],
    ['--since revision:5', "invalid value 'revision:5' for --since: must be a time, not a revision"],
    [
      '--until 2026-03-15',
      "invalid value '2026-03-15' for --until: the time is in the future; it is now 2026-03-14T15:09:26Z",
    ],
    ['--newest-first --oldest-first', "option '--oldest-first' cannot be used with option '--newest-first'"],
    ['--follow --until -1h', "option '--follow' cannot be used with option '--until <time>'"],
  ])('reject %s with one sentence', async (line, sentence) => {
    expect(await history(line)).toEqual({ exitCode: 2, stdout: '', stderr: `rollcall: ${sentence}\n` });
    expect(server.asked).toEqual([]);
  });
});

describe('pages of history', () => {
  it('are printed in order up to the limit, even after an empty page', async () => {
    const pages = new Map([
      ['', { events: [row(9), row(8)], nextPageToken: 'a' }],
      ['a', { events: [], nextPageToken: 'b' }],
      ['b', { events: [row(7)], nextPageToken: 'c' }],
    ]);
    server.answers = { ListEvents: ({ pageToken }: ListEventsRequest__Output) => pages.get(pageToken) ?? {} };
    const { stdout } = await history('--limit 3');
    expect(stdout.match(/row \d/g)).toEqual(['row 9', 'row 8', 'row 7']);
    expect(asked<ListEventsRequest__Output>('ListEvents').map(({ pageSize }) => pageSize)).toEqual([3, 1, 1]);
  });

  it('form one JSON or YAML document, and each page is printed before the next is requested', async () => {
    let cli: ReturnType<typeof startCli> | undefined;
    const printed: boolean[] = [];
    server.answers = {
      ListEvents: ({ pageToken }: ListEventsRequest__Output) => {
        const revision = 9 - Number(pageToken);
        if (pageToken !== '') printed.push(cli?.stdout().includes(`row ${revision + 1}`) === true);
        return { events: [row(revision)], nextPageToken: revision === 7 ? '' : String(Number(pageToken) + 1) };
      },
    };
    for (const [format, parse] of [
      ['json', (text: string): unknown => JSON.parse(text)],
      ['yaml', (text: string): unknown => parseYaml(text)],
    ] as const) {
      cli = startCli(['history', '-o', format, '--server', server.address]);
      expect(await cli.ended).toBe(0);
      const rows = parse(cli.stdout()) as { message: string }[];
      expect(rows.map(({ message }) => message)).toEqual(['row 9', 'row 8', 'row 7']);
    }
    expect(printed).toEqual([true, true, true, true]);
  });

  it('report the retention horizon if the query reaches beyond it', async () => {
    server.answers = {
      ListEvents: () => ({ events: [row(9)], horizon: { revision: 8, recordTime: timeToWire(NOW_MS - HOUR_MS) } }),
    };
    expect((await history('')).stderr).toBe('rollcall: events up to revision 8 (2026-03-14T14:09:26Z) were pruned\n');
  });

  it('with an altered page token fail with the error of the coordinator', async () => {
    server.answers = {
      ListEvents: ({ pageToken }: ListEventsRequest__Output) => {
        if (pageToken === '') return { events: [row(9)], nextPageToken: 'bad' };
        throw new RollcallError('PAGE_TOKEN_INVALID', 'the page token was altered or is from another query');
      },
    };
    const { exitCode, stderr } = await history('');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'rollcall: the page token was altered or is from another query\n',
    });
  });
});

describe('the inputs of a decision', () => {
  it('are printed below the decision with -o wide, as of its revision', async () => {
    const { stdout } = await history('-o wide');
    expect(asked<ExplainPlacementRequest__Output>('ExplainPlacement')).toMatchObject([
      { daemonSet: { namespace: 'kube-system', name: 'fluentd' }, nodeName: 'gpu-1', at: { revision: '312' } },
    ]);
    const digest = Buffer.from(INPUTS.nodeDigest as Buffer).toString('hex');
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      expect.stringContaining('312  kube-system/fluentd on gpu-1: run → keep'),
      'trigger     node-report, revision 311: node gpu-1: taint gpu:NoSchedule added',
      'actor       gpu-1.yaml',
      'recorded    revision 312, 2026-03-14T15:07:26.000Z',
      'engine      2',
      `node        revision 9, sha256:${digest}, resourceVersion 4711, from the agent (gpu-1.yaml), observed 2026-03-14T15:07:26Z`,
      expect.stringContaining('daemonset   revision 7, sha256:ff00'),
      expect.stringContaining('311  node gpu-1: taint gpu:NoSchedule added'),
      '',
    ]);
  });

  it('are in JSON with --inputs, and null if they were pruned', async () => {
    server.answers = {
      ...server.answers,
      ExplainPlacement: () => {
        throw new RollcallError('BEFORE_RETENTION', 'nothing is kept of it');
      },
    };
    const inputs = async (line: string) =>
      (JSON.parse((await history(`${line} -o json`)).stdout) as { inputs?: unknown }[]).map((event) => event.inputs);
    expect(await inputs('--inputs')).toEqual([null, undefined]);
    expect(await inputs('')).toEqual([undefined, undefined]);
  });
});

describe('history --follow', () => {
  it('prints recorded events in order, then new ones, and neither loses nor repeats an event when the connection breaks', async () => {
    const clock = new FakeClock(NOW_MS);
    const interrupt = new AbortController();
    // Row 314 is recorded between the two requests, so it is in the list.
    server.answers = { ...server.answers, ListEvents: () => ({ events: [row(314), row(312), row(311)] }) };
    const words = ['history', '--follow', '--node', 'gpu-1', '--server', server.address];
    const cli = startCli(words, { clock, signal: interrupt.signal });
    const rows = () => cli.stdout().match(/row \d+/g) ?? [];
    const first = await server.watch(0);
    first.write({ event: row(315) });
    first.write({ bookmarkRevision: '316' });
    await eventually(() => rows().length === 4);
    first.emit('error', toStatus(new RollcallError('DRAINING', 'the coordinator is shutting down')));
    await eventually(() => cli.stderr() !== '');
    clock.advance(1_000);
    const second = await server.watch(1);
    second.write({ event: row(317) });
    await eventually(() => rows().length === 5);
    expect(rows()).toEqual(['row 311', 'row 312', 'row 314', 'row 315', 'row 317']);
    expect(asked('WatchEvents')).toMatchObject([
      { afterRevision: '314', nodeName: 'gpu-1' },
      { afterRevision: '316', nodeName: 'gpu-1' },
    ]);
    expect(cli.stderr()).toBe('rollcall: the coordinator is shutting down; resuming after revision 316 in 1s\n');
    interrupt.abort();
    expect(await cli.ended).toBe(0);
  });

  it('retries if the coordinator fails after its first response, before anything is printed', async () => {
    const clock = new FakeClock(NOW_MS);
    const interrupt = new AbortController();
    const broken = [
      new RollcallError('COORDINATOR_UNREACHABLE', 'the connection was lost'),
      new RollcallError('DRAINING', 'the coordinator is shutting down'),
    ];
    const listEvents = () => {
      const error = broken.shift();
      if (error !== undefined) throw error;
      return { events: [row(312), row(311)] };
    };
    server.answers = { ...server.answers, ListEvents: listEvents };
    const cli = startCli(['history', '--follow', '--server', server.address], { clock, signal: interrupt.signal });
    const expected = ['rollcall: the connection was lost; retrying in 1s\n'];
    await eventually(() => cli.stderr() === expected.join(''));
    expect(cli.stdout()).toBe('');
    clock.advance(1_000);
    expected.push('rollcall: the coordinator is shutting down; retrying in 2s\n');
    await eventually(() => cli.stderr() === expected.join(''));
    clock.advance(2_000);
    await server.watch(0);
    expect(cli.stdout().match(/row \d+/g)).toEqual(['row 311', 'row 312']);
    expect(asked('WatchEvents')).toMatchObject([{ afterRevision: '312' }]);
    interrupt.abort();
    expect(await cli.ended).toBe(0);
  });

  it('retries if the coordinator fails while it returns the inputs of a decision', async () => {
    const clock = new FakeClock(NOW_MS);
    const interrupt = new AbortController();
    let isBroken = true;
    const explain = () => {
      if (isBroken) throw new RollcallError('COORDINATOR_UNREACHABLE', 'the connection was lost');
      return EXPLANATION;
    };
    server.answers = { ...server.answers, ListEvents: () => ({ events: [] }), ExplainPlacement: explain };
    const words = ['history', '--follow', '--inputs', '--server', server.address];
    const cli = startCli(words, { clock, signal: interrupt.signal });
    const decision = { ...EVENTS[1], revision: 313 };
    (await server.watch(0)).write({ event: decision });
    await eventually(() => cli.stderr() !== '');
    expect(cli.stderr()).toBe('rollcall: the connection was lost; retrying in 1s\n');
    isBroken = false;
    clock.advance(1_000);
    await eventually(() => cli.stdout().includes(' 313 '));
    interrupt.abort();
    expect(await cli.ended).toBe(0);
  });

  it('ends on Ctrl-C while it waits for the first page', async () => {
    const interrupt = new AbortController();
    server.answers = { ...server.answers, ListEvents: () => new Promise<object>(() => {}) };
    const cli = startCli(['history', '--follow', '--server', server.address], { signal: interrupt.signal });
    await eventually(() => asked('ListEvents').length === 1);
    interrupt.abort();
    expect(await cli.ended).toBe(0);
    expect(cli.stderr()).toBe('');
  });

  it('fails without a retry if the coordinator has never responded', async () => {
    const unreachable = () => {
      throw new RollcallError('COORDINATOR_UNREACHABLE', 'nothing answers');
    };
    server.answers = { ...server.answers, GetStatus: unreachable };
    const { exitCode, stderr } = await history('--follow');
    expect([exitCode, stderr]).toEqual([5, 'rollcall: nothing answers\n']);
  });
});
