/** `rollcall audit`: checks and their exit codes, and exports. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../../../shared/errors.ts';
import { timeToWire } from '../../../shared/rpc/wire-time.ts';
import { eventually } from '../../fakes/eventually.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { FakeQueryServer } from '../../fakes/fake-query-server.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { EVENTS, INPUTS, NOW_MS } from '../cluster-data.ts';
import { type CliOptions, runCli, startCli } from '../run-cli.ts';

const HASH = 'ab'.repeat(32);
const HEAD = { revision: 312, hash: Buffer.from(HASH, 'hex') };
const PROGRESS = { progress: { doneCount: 100, totalCount: 400 } };

let server: FakeQueryServer;

beforeEach(async () => {
  server = await FakeQueryServer.start({
    GetHead: () => ({ head: HEAD, storeId: 'store-1', recordTime: timeToWire(NOW_MS) }),
    VerifyJournal: () => [
      PROGRESS,
      { report: { valid: true, checkedCount: 312, head: HEAD, anchor: 'ANCHOR_STATE_MATCHES' } },
    ],
    ReplayDecisions: () => [PROGRESS, { report: { replayedCount: 6, engineVersion: '2', endedCount: 1 } }],
    CheckDerivedTables: () => [PROGRESS, { report: { equal: true, tables: ['placement', 'node_now'] } }],
    ExportEvents: () => [{ text: 'one\n' }, { text: 'two\nthree\n' }],
  });
});

afterEach(() => server.stop());

function audit(line: string, options: CliOptions = {}) {
  return runCli(['audit', ...line.split(' '), '--server', server.address], { nowMs: NOW_MS, ...options });
}

describe('rollcall audit head', () => {
  it('prints the anchor that verify accepts', async () => {
    expect(await audit('head')).toEqual({
      exitCode: 0,
      stdout: `312:${HASH} recorded 2026-03-14T15:09:26Z in store store-1\n`,
      stderr: '',
    });
    await audit(`verify --anchor 312:${HASH}`);
    expect(server.asked[1]?.request).toMatchObject({
      anchor: { revision: '312', hash: HEAD.hash },
      skipFileCheck: false,
    });
  });
});

describe('rollcall audit verify', () => {
  it('reports an intact journal and exits with code 0', async () => {
    expect(await audit('verify')).toEqual({
      exitCode: 0,
      stdout: `The journal is intact.\nchecked   312 events, newest valid revision 312:${HASH}\nanchor    matches\n`,
      stderr: '',
    });
  });

  it('reports the first invalid revision and every other problem, and exits with code 6', async () => {
    server.answers = {
      VerifyJournal: () => [
        {
          report: {
            valid: false,
            checkedCount: 119,
            head: { ...HEAD, revision: 119 },
            firstInvalidRevision: 120,
            chainProblem: 'its hash does not follow from the row before',
            anchor: 'ANCHOR_STATE_MISSING',
            retainedRows: 'RETAINED_ROWS_STATE_ALTERED',
            fileProblem: 'page 7 is torn',
            horizon: { revision: 40, recordTime: timeToWire(NOW_MS) },
          },
        },
      ],
    };
    const { exitCode, stdout } = await audit(`verify --anchor 312:${HASH}`);
    expect(exitCode).toBe(6);
    expect(stdout).toBe(`\
The journal is not intact.
  ✗ revision 120: its hash does not follow from the row before
  ✗ the journal ends before the anchor: events were removed, or this is an older copy
  ✗ rows kept from before the retention horizon were altered
  ✗ the file: page 7 is torn
checked   119 events, newest valid revision 119:${HASH}
anchor    does not match
horizon   events up to revision 40 (2026-03-14T15:09:26Z) were pruned
`);
  });

  it.each(['312', '312:ab', `x:${HASH}`, `312:${HASH}0`])('rejects the anchor %s', async (anchor) => {
    const { exitCode, stdout, stderr } = await audit(`verify --anchor ${anchor}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      `rollcall: invalid value '${anchor}' for --anchor: must be REVISION:HASH with a hash of 64 hexadecimal digits, ` +
        'as printed by audit head\n',
    );
  });

  it('shows its progress on a terminal, then clears it', async () => {
    const { stderr } = await audit('verify', { isErrorTTY: true });
    expect(stderr).toBe('\r\u001B[Kverifying: 100 of 400 events (25%)\r\u001B[K');
  });

  it('shows the duration of the file check on a terminal only', async () => {
    const clock = new FakeClock(NOW_MS);
    const report = { report: { valid: true, head: HEAD } };
    let isChecked = () => {};
    server.answers = {
      async *VerifyJournal() {
        yield { fileCheck: { totalBytes: 3 * 2 ** 30 } };
        await new Promise<void>((resolve) => (isChecked = resolve));
        yield report;
      },
    };
    const cli = startCli(['audit', 'verify', '--server', server.address], { clock, isErrorTTY: true });
    await eventually(() => cli.stderr() !== '');
    clock.advance(2_000);
    isChecked();
    expect(await cli.ended).toBe(0);
    const lines = ['0s', '1s', '2s'].map((time) => `\r\u001B[Kchecking the file (3.0 GiB): ${time} elapsed`);
    expect(cli.stderr()).toBe(`${lines.join('')}\r\u001B[K`);
    expect(clock.pendingCount).toBe(0);
    server.answers = { VerifyJournal: () => [{ fileCheck: { totalBytes: 9 } }, report] };
    expect((await audit('verify')).stderr).toBe('');
  });
});

describe('rollcall audit replay', () => {
  it('reports that all decisions are unchanged and exits with code 0', async () => {
    expect(await audit('replay')).toMatchObject({
      exitCode: 0,
      stdout: 'Engine 2 reproduces all 6 decisions.\nNot replayed: 1 decision that ended a placement.\n',
    });
  });

  it('prints each decision that differs with the reason, and exits with code 1', async () => {
    const difference = {
      decision: EVENTS[1],
      recorded: 'VERDICT_KEEP',
      replayed: {
        verdict: 'VERDICT_NONE',
        reasons: [{ code: 'TAINT_NOT_TOLERATED', outcome: 'REASON_OUTCOME_FAILED', found: 'gpu:NoExecute' }],
      },
      inputs: INPUTS,
    };
    server.answers = {
      ReplayDecisions: () => [{ difference }, { report: { replayedCount: 6, differentCount: 1, engineVersion: '3' } }],
    };
    const { exitCode, stdout } = await audit('replay --daemonset fluentd --since -2h');
    expect(exitCode).toBe(1);
    expect(stdout).toBe(`\
2026-03-14T15:07:26Z     312  kube-system/fluentd on gpu-1: recorded keep by engine 2, now none: taint gpu:NoExecute is not tolerated
Engine 3 decides 1 of 6 decisions differently.
`);
    expect(server.asked[0]?.request).toMatchObject({
      daemonSet: { name: 'fluentd' },
      range: { sinceTime: timeToWire(NOW_MS - 2 * 3_600_000) },
    });
  });
});

describe('rollcall audit replay -o json', () => {
  it('prints each difference as it arrives, then the totals', async () => {
    const count = 400;
    const length = 50_000;
    const difference = (revision: number) => ({
      difference: { decision: { ...EVENTS[1], revision, message: 'x'.repeat(length) }, replayed: {}, inputs: INPUTS },
    });
    let ahead = 0;
    server.answers = {
      *ReplayDecisions() {
        for (let given = 1; given <= count; given++) {
          yield difference(given);
          ahead = Math.max(ahead, given - cli.stdout().length / length);
        }
        yield { report: { replayedCount: 500, differentCount: count, engineVersion: '3' } };
      },
    };
    const cli = startCli(['audit', 'replay', '-o', 'json', '--server', server.address]);
    expect(await cli.ended).toBe(1);
    const { differences, ...rest } = JSON.parse(cli.stdout()) as { differences: { decision: { revision: number } }[] };
    expect(differences.map(({ decision }) => decision.revision)).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
    expect(rest).toEqual({ replayed: 500, different: count, ended: 0, missingInputs: 0, engineVersion: '3' });
    expect(ahead).toBeLessThan(count / 4);
  });
});

describe('rollcall audit rebuild', () => {
  it('exits with code 0 if the tables are equal, and with code 6 if one differs', async () => {
    expect(await audit('rebuild')).toMatchObject({
      exitCode: 0,
      stdout: 'All derived tables match the rebuilt ones: placement, node_now.\n',
    });
    server.answers = { CheckDerivedTables: () => [{ report: { equal: false, differingTables: ['node_now'] } }] };
    expect(await audit('rebuild')).toMatchObject({
      exitCode: 6,
      stdout: 'Tables that differ from the rebuilt ones: node_now.\n',
    });
  });
});

describe('rollcall audit export', () => {
  it('prints the pieces as they arrive, in the requested format', async () => {
    expect(await audit('export --format csv --until -1h -f -')).toEqual({
      exitCode: 0,
      stdout: 'one\ntwo\nthree\n',
      stderr: '',
    });
    expect(server.asked[0]?.request).toMatchObject({
      format: 'EXPORT_FORMAT_CSV',
      range: { untilTime: timeToWire(NOW_MS - 3_600_000) },
    });
  });

  it('writes a file, and overwrites an existing one only with --force', async () => {
    const file = join(temporaryFolder(), 'rows.jsonl');
    expect(await audit(`export -f ${file}`)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
    writeFileSync(file, 'mine');
    expect(await audit(`export -f ${file}`)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: ${file} already exists; specify another file, or use --force to overwrite it\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await audit(`export -f ${file} --force`)).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('leaves no file if the coordinator fails in the middle', async () => {
    const folder = temporaryFolder();
    server.answers = {
      async *ExportEvents() {
        yield { text: 'one\n' };
        throw new RollcallError('DRAINING', 'the coordinator is shutting down');
      },
    };
    const { exitCode, stderr } = await audit(`export -f ${join(folder, 'rows.jsonl')}`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: 'rollcall: the coordinator is shutting down\n' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['missing/rows.jsonl', 'the directory does not exist'],
    ['file/rows.jsonl', 'part of the path is not a directory'],
  ])('reports in one sentence that %s cannot be written', async (name, why) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, name);
    expect(await audit(`export -f ${path}`)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: cannot write ${path}: ${why}\n`,
    });
  });

  it('buffers few pieces: the coordinator waits until they are printed', async () => {
    const pieces = 400;
    const length = 100_000;
    const words = ['audit', 'export', '--server', server.address];
    let ahead = 0;
    server.answers = {
      *ExportEvents() {
        for (let given = 1; given <= pieces; given++) {
          yield { text: 'x'.repeat(length) };
          ahead = Math.max(ahead, given - cli.stdout().length / length);
        }
      },
    };
    const cli = startCli(words);
    expect(await cli.ended).toBe(0);
    expect(cli.stdout()).toHaveLength(pieces * length);
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThan(pieces / 4);
  });
});
