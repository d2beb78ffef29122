/** `rollcall watch` with a real stream: output, resumption and end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { EVENTS, NOW_MS, STATUS } from './cluster-data.ts';
import { startCli } from './run-cli.ts';

const SUMMARY = '3 nodes: 2 present, 1 absent · 2 DaemonSets, 1 rejected · revision 312\n';
const DECISION =
  '2026-03-14T15:07:26Z     312  kube-system/fluentd on gpu-1: run → keep, ' +
  'because node gpu-1: taint gpu:NoSchedule added, by gpu-1.yaml\n';

let server: FakeQueryServer;
let clock: FakeClock;
let interrupt: AbortController;

beforeEach(async () => {
  server = await FakeQueryServer.start({ GetStatus: () => STATUS });
  clock = new FakeClock();
  interrupt = new AbortController();
});

afterEach(() => {
  interrupt.abort();
  server.stop();
});

function watch(...options: string[]) {
  return startCli(['watch', '--server', server.address, ...options], { signal: interrupt.signal, clock });
}

function requests() {
  return server.asked.filter(({ method }) => method === 'WatchEvents').map(({ request }) => request);
}

describe('rollcall watch', () => {
  it('omits events that do not change a verdict, unless -o wide is set', async () => {
    const quiet = { ...EVENTS[1], changes: [{ field: 'verdict', to: 'none' }] };
    const narrow = watch();
    (await server.watch(0)).write({ event: quiet });
    const acknowledgement = {
      ...EVENTS[1],
      kind: 'EVENT_KIND_ASSIGNMENT' as const,
      action: 'acknowledged',
      changes: [],
    };
    (await server.watch(0)).write({ event: acknowledgement });
    (await server.watch(0)).write({ event: EVENTS[1] });
    await eventually(() => narrow.stdout() === SUMMARY + DECISION);
    const wide = watch('-o', 'wide');
    (await server.watch(1)).write({ event: quiet });
    await eventually(() => wide.stdout() === SUMMARY + DECISION);
    expect(narrow.stdout()).toBe(SUMMARY + DECISION);
  });

  it('prints a summary, then each event, and exits with code 0 on Ctrl-C', async () => {
    const cli = watch();
    const stream = await server.watch(0);
    stream.write({ bookmarkRevision: '312' });
    stream.write({ event: EVENTS[1] });
    await eventually(() => cli.stdout() === SUMMARY + DECISION);
    expect(requests()).toMatchObject([{ afterRevision: '312' }]);
    interrupt.abort();
    expect(await cli.ended).toBe(0);
    expect(cli.stderr()).toBe('');
  });

  it('prints only one JSON object per line with -o json', async () => {
    const cli = watch('-o', 'json');
    const stream = await server.watch(0);
    for (const event of EVENTS) stream.write({ event });
    await eventually(() => cli.stdout().split('\n').length === 3);
    const events = cli
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { revision: number });
    expect(events.map(({ revision }) => revision)).toEqual([311, 312]);
  });

  it('sends the filters', async () => {
    server.answers = { ...server.answers, GetNode: () => ({ node: { facts: { node: { name: 'gpu-1' } } } }) };
    watch('--node', 'gpu-1', '--kind', 'drift');
    await server.watch(0);
    expect(requests()).toMatchObject([{ nodeName: 'gpu-1', kinds: ['EVENT_KIND_DRIFT'] }]);
  });

  it('reports an unknown name and waits for it', async () => {
    server.answers = {
      ...server.answers,
      GetNode: () => {
        throw new RollcallError('UNKNOWN_NODE', 'node gpu-2 does not exist', { metadata: { name: 'gpu-2' } });
      },
      ListNodes: () => ({ nodes: [{ facts: { node: { name: 'gpu-1' } } }] }),
    };
    const cli = watch('--node', 'gpu-2');
    await server.watch(0);
    expect(cli.stderr()).toBe(
      'rollcall: node gpu-2 does not exist; did you mean node/gpu-1? (waiting for it to be added)\n',
    );
  });
});

describe('a watch with a broken stream', () => {
  it('resumes after the last revision, even if only a bookmark contained it', async () => {
    const cli = watch();
    const first = await server.watch(0);
    first.write({ event: { ...EVENTS[1], revision: 313 } });
    first.write({ bookmarkRevision: '320' });
    first.emit('error', toStatus(new RollcallError('DRAINING', 'the coordinator is shutting down')));
    await eventually(() => cli.stderr() !== '');
    clock.advance(1_000);
    const second = await server.watch(1);
    expect(requests()).toMatchObject([{ afterRevision: '312' }, { afterRevision: '320' }]);
    expect(cli.stderr()).toBe('rollcall: the coordinator is shutting down; resuming after revision 320 in 1s\n');
    second.write({ event: { ...EVENTS[1], revision: 321 } });
    await eventually(() => cli.stdout().includes(' 321  '));
  });

  it('sends the time of the last event, and resumes where the coordinator says that a new journal begins', async () => {
    const cli = watch();
    const first = await server.watch(0);
    const [seen, older] = [timeToWire(NOW_MS), timeToWire(NOW_MS - 1)];
    first.write({ bookmarkRevision: '320', bookmarkRecordTime: seen });
    first.emit('error', toStatus(new RollcallError('DRAINING', 'the coordinator is shutting down')));
    await eventually(() => cli.stderr() !== '');
    clock.advance(1_000);
    const second = await server.watch(1);
    second.write({ bookmarkRevision: '5', bookmarkRecordTime: older });
    second.write({ event: { ...EVENTS[1], revision: 6, recordTime: seen } });
    second.end();
    await eventually(() => cli.stderr().includes('ended the watch'));
    clock.advance(1_000);
    await server.watch(2);
    expect(requests()).toMatchObject([
      { afterRevision: '312', afterRecordTime: null },
      { afterRevision: '320', afterRecordTime: seen },
      { afterRevision: '6', afterRecordTime: seen },
    ]);
    expect(cli.stdout()).toContain('   6  ');
    expect(cli.stderr().split('\n')).toEqual([
      'rollcall: the coordinator is shutting down; resuming after revision 320 in 1s',
      'rollcall: the journal was replaced after revision 320, for example by an older backup; ' +
        'resuming after revision 5 of the new journal',
      'rollcall: the coordinator ended the watch; reconnecting in 1s',
      '',
    ]);
  });

  it('ends on an error that is not retryable', async () => {
    const cli = watch();
    const stream = await server.watch(0);
    stream.emit(
      'error',
      toStatus(new RollcallError('ARGUMENT_INVALID', 'after_revision is 312; the newest revision is 5')),
    );
    expect(await cli.ended).toBe(2);
    expect(cli.stderr()).toBe('rollcall: after_revision is 312; the newest revision is 5\n');
  });

  it('ends on Ctrl-C while it waits to reconnect', async () => {
    const cli = watch();
    (await server.watch(0)).end();
    await eventually(() => cli.stderr() !== '');
    interrupt.abort();
    expect(await cli.ended).toBe(0);
  });
});
