/** `--at`: every question can be asked of the past, and the answer says of which moment it is. */
import { describe, expect, it } from 'vitest';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { NOW_MS } from './cluster-data.ts';
import { runCli } from './run-cli.ts';
import { server } from './small-cluster.ts';

const THEN_MS = NOW_MS - 2 * 3_600_000;
const AS_OF = {
  revision: '250',
  time: timeToWire(THEN_MS),
  recordTime: timeToWire(THEN_MS - 60_000),
  fromJournal: true,
};

/** The small roll, as a coordinator answers about the past and about now. */
const past = (line: string, ...options: string[]) =>
  answered((at) => (at === null ? { ...AS_OF, fromJournal: false } : AS_OF), line, options);

/** As one that cannot write does: what is on disk, whatever was asked. */
const stalled = (line: string) => answered(() => AS_OF, line, []);

async function answered(asOf: (at: unknown) => typeof AS_OF, line: string, options: readonly string[]) {
  const answers = Object.entries(server.answers).map(([method, answer]) => {
    const give = answer as (request: object) => object;
    const givenAt = (request: { at?: unknown }) => ({ ...give(request), asOf: asOf(request.at ?? null) });
    return [method, givenAt] as const;
  });
  const fake = await FakeQueryServer.start(Object.fromEntries(answers));
  const outcome = await runCli([...line.split(' '), ...options, '--server', fake.address], { nowMs: NOW_MS });
  fake.stop();
  return { ...outcome, asked: fake.asked };
}

const QUESTIONS = [
  'status',
  'status daemonset/fluentd',
  'why daemonset/fluentd node/gpu-1',
  'node/gpu-1',
  'daemonset/fluentd',
  'nodes',
  'daemonsets',
  'drift',
];

describe.each(QUESTIONS)('rollcall %s --at', (line) => {
  it('asks about the moment alone, in every call', async () => {
    const { exitCode, asked } = await past(line, '--at', '-2h');
    expect(exitCode).toBe(0);
    expect(asked.length).toBeGreaterThan(0);
    for (const { request } of asked) expect(request).toMatchObject({ at: { time: timeToWire(THEN_MS) } });
  });

  it('asks about a revision', async () => {
    const { asked } = await past(line, '--at', 'revision:250');
    for (const { request } of asked) expect(request).toMatchObject({ at: { revision: '250' } });
  });

  it('says of which moment the answer is', async () => {
    const { stdout } = await past(line, '--at', '2026-03-14T13:09:26Z');
    expect(stdout.split('\n')[0]).toBe('As of 2026-03-14T13:09:26Z, revision 250');
  });

  it('says so too of an answer about now that had to come from the journal', async () => {
    const { exitCode, stdout } = await stalled(line);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toBe('As of 2026-03-14T13:09:26Z, revision 250');
  });

  it('now is the question without a moment', async () => {
    const { stdout, asked } = await past(line, '--at', 'now');
    expect(stdout).not.toContain('As of');
    for (const { request } of asked) expect((request as { at?: unknown }).at ?? null).toBe(null);
  });
});

describe('an answer about the past', () => {
  it('reckons ages from that moment', async () => {
    // Two hours before now: the drift had not begun yet by these data, so the age is none.
    expect((await past('drift', '--at', '-2h')).stdout).toContain('worker-1   0s');
    expect((await past('drift')).stdout).toContain('worker-1   5m');
  });

  it('as JSON says of which moment it is, where it is an object', async () => {
    const { stdout } = await past('node/gpu-1', '--at', '-2h', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      asOf: { revision: 250, time: '2026-03-14T13:09:26.000Z', recordTime: '2026-03-14T13:08:26.000Z' },
      node: { name: 'gpu-1' },
    });
  });
});

describe('a moment that cannot be meant', () => {
  it.each([
    ['2026-02-30', '--at 2026-02-30 does not exist: 2026-02 has the days 01 to 28'],
    ['2026-03-14T25:00', '--at 2026-03-14T25:00 does not exist: hours are 00 to 23'],
    ['2026-03-15', '--at 2026-03-15 lies in the future: it is 2026-03-14T15:09:26Z now'],
  ])('such as %s is one sentence and exit code 2, and nothing is asked', async (moment, sentence) => {
    const { exitCode, stdout, stderr, asked } = await past('status', '--at', moment);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `rollcall: ${sentence}\n` });
    expect(asked).toEqual([]);
  });
});
