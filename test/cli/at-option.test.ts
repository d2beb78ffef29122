/** `--at`: every query works for the past, and its output names the moment. */
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

/** The small cluster as a coordinator answers for the past and for now. */
const past = (line: string, ...options: string[]) =>
  answered((at) => (at === null ? { ...AS_OF, fromJournal: false } : AS_OF), line, options);

/** As a coordinator that cannot write answers: always from the journal. */
const readOnly = (line: string) => answered(() => AS_OF, line, []);

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

const QUERIES = [
  'status',
  'status daemonset/fluentd',
  'why daemonset/fluentd node/gpu-1',
  'node/gpu-1',
  'daemonset/fluentd',
  'nodes',
  'daemonsets',
  'drift',
];

describe.each(QUERIES)('rollcall %s --at', (line) => {
  it('sends the moment with every call', async () => {
    const { exitCode, asked } = await past(line, '--at', '-2h');
    expect(exitCode).toBe(0);
    const dated = asked.filter(({ request }) => 'at' in request);
    expect(dated.length).toBeGreaterThan(0);
    for (const { request } of dated) expect(request).toMatchObject({ at: { time: timeToWire(THEN_MS) } });
  });

  it('accepts a revision', async () => {
    const { asked } = await past(line, '--at', 'revision:250');
    const dated = asked.filter(({ request }) => 'at' in request);
    expect(dated.length).toBeGreaterThan(0);
    for (const { request } of dated) expect(request).toMatchObject({ at: { revision: '250' } });
  });

  it('prints the moment of the output', async () => {
    const { stdout } = await past(line, '--at', '2026-03-14T13:09:26Z');
    expect(stdout.split('\n')[0]).toBe('As of 2026-03-14T13:09:26Z, revision 250');
  });

  it('prints the moment of an answer for now that comes from the journal', async () => {
    const { exitCode, stdout } = await readOnly(line);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toBe('As of 2026-03-14T13:09:26Z, revision 250');
  });

  it('treats now like a query without a moment', async () => {
    const { stdout, asked } = await past(line, '--at', 'now');
    expect(stdout).not.toContain('As of');
    for (const { request } of asked) expect((request as { at?: unknown }).at ?? null).toBe(null);
  });
});

describe('output for the past', () => {
  it('computes ages relative to that moment', async () => {
    // The drift begins after the moment in this data, so its age is 0.
    expect((await past('drift', '--at', '-2h')).stdout).toContain('worker-1   0s');
    expect((await past('drift')).stdout).toContain('worker-1   5m');
  });

  it('includes the moment in JSON if it is an object', async () => {
    const { stdout } = await past('node/gpu-1', '--at', '-2h', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      asOf: { revision: 250, time: '2026-03-14T13:09:26.000Z', recordTime: '2026-03-14T13:08:26.000Z' },
      node: { name: 'gpu-1' },
    });
  });
});

describe('an invalid moment', () => {
  it.each([
    ['2026-02-30', "invalid value '2026-02-30' for --at: 2026-02 has 28 days"],
    ['2026-03-14T25:00', "invalid value '2026-03-14T25:00' for --at: the hour must be 00 to 23"],
    ['2026-03-15', "invalid value '2026-03-15' for --at: the time is in the future; it is now 2026-03-14T15:09:26Z"],
  ])('such as %s prints one sentence, exits with code 2 and sends no request', async (moment, sentence) => {
    const { exitCode, stdout, stderr, asked } = await past('status', '--at', moment);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `rollcall: ${sentence}\n` });
    expect(asked).toEqual([]);
  });
});
