/** A coordinator on a disk that fills up while agents report and users query it, and that later has free space again. */
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';
import { AgentService } from '../../shared/rpc/contract.ts';
import { smallDisk } from '../fakes/disks.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { openJournal } from '../journal/open-journal.ts';
import { noObservations } from '../reliability/external-observations.ts';
import { FakeAgent } from '../reliability/fake-agent.ts';
import { assertIntact, RecordedRows, rowsAfter } from '../reliability/recorded-rows.ts';
import { healthClient, healthOf } from '../server/health-client.ts';
import { CommandLine, Folder, PROGRAMS, Running } from './programs.ts';

const TIMEOUT_MS = 120_000;
const DISK_BYTES = 16 * 1024 * 1024;
const AGENTS = 4;
/** Number of reports that are acknowledged before the disk fills up, and again after it has free space. */
const REPORTS = 50;
const FULL = 'database or disk is full';
const PAIR = ['daemonset/fluentd-elasticsearch', 'node/node-0'] as const;

interface Status {
  readonly status: { readonly journal: { readonly writable: boolean; readonly problem: string } };
}

it('keeps answering on a full disk, reports the problem everywhere, keeps what it acknowledged, and recovers automatically', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const data = smallDisk(context, DISK_BYTES);
  const { coordinator, server, operations } = await start(data);
  const cli = new CommandLine(server);
  const observed = noObservations();
  const agents = connectAgents(server, observed);
  await until(() => observed.reports.size >= REPORTS);

  const ballast = join(data, 'ballast');
  fill(ballast);
  await coordinator.line((line) => line.includes('the journal cannot write'));
  // A checkpoint may free some space, which the journal still uses before it stalls completely.
  const isStalled = async () => {
    const before = observed.reports.size;
    const { status } = await cli.json<Status>('status');
    return !status.journal.writable && observed.reports.size === before;
  };
  await until(isStalled);
  const acknowledged = observed.reports.size;

  const { exitCode, stdout } = await cli.run('status');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^As of \S+, revision \d+\n/);
  expect(stdout).toContain(`the journal cannot be written: ${FULL}`);
  expect(await cli.json('why', ...PAIR)).toMatchObject({ asOf: { revision: expect.any(Number) } });
  expect(await operations('readyz')).toEqual([503, expect.stringContaining(`the journal cannot write: ${FULL}`)]);
  expect(await operations('metrics')).toEqual([200, expect.stringMatching(/^rollcall_journal_stalled 1$/m)]);
  expect(await operations('livez')).toEqual([200, expect.anything()]);
  const health = healthClient(server);
  expect(await healthOf(health, 'rollcall.v1.AgentService')).toBe('NOT_SERVING');
  expect(await healthOf(health, 'rollcall.v1.QueryService')).toBe('SERVING');
  expect(observed.reports.size, 'no report is acknowledged while the journal cannot be written').toBe(acknowledged);

  rmSync(ballast);
  await until(() => observed.reports.size >= acknowledged + REPORTS);
  await until(async () => (await operations('readyz'))[0] === 200);
  expect((await cli.json<Status>('status')).status.journal).toMatchObject({ writable: true, problem: '' });
  for (const agent of agents) agent.disconnect();
  expect((await coordinator.kill('SIGTERM')).exitCode).toBe(0);

  const file = join(temporaryFolder(), 'rollcall.db');
  copyFileSync(join(data, 'rollcall.db'), file);
  const journal = await openJournal({ file });
  const rows = new RecordedRows();
  rows.add(await rowsAfter(journal, 0));
  rows.check(observed);
  await assertIntact(journal);
});

type Operations = (path: string) => Promise<[status: number, text: string]>;

async function start(data: string): Promise<{ coordinator: Running; server: string; operations: Operations }> {
  const folder = new Folder();
  onTestFinished(() => folder.remove());
  const ports = ['--listen', '127.0.0.1:0', '--operations-listen', '127.0.0.1:0'];
  const context = ['--plaintext', '--data', data, '--daemonsets', folder.daemonSets, '--lease', '10m'];
  const coordinator = new Running(PROGRAMS.coordinator, [...context, ...ports]);
  onTestFinished(async () => void (await coordinator.kill('SIGKILL')));
  const portOf = async (message: string) => {
    const line = await coordinator.line((text) => text.includes(message));
    return (JSON.parse(line) as { port: number }).port;
  };
  const address = `http://127.0.0.1:${await portOf('listening on the operations port')}`;
  const operations: Operations = async (path) => {
    const response = await fetch(`${address}/${path}`);
    return [response.status, await response.text()];
  };
  return { coordinator, server: `127.0.0.1:${await portOf('coordinator ready')}`, operations };
}

function connectAgents(server: string, observed: ReturnType<typeof noObservations>): FakeAgent[] {
  const client = new AgentService(server, credentials.createInsecure());
  onTestFinished(() => client.close());
  const agents = Array.from({ length: AGENTS }, (_, index) => new FakeAgent(`node-${index}`, observed));
  for (const agent of agents) agent.connect(client);
  return agents;
}

/** Uses all free space. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4_096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

/** Polls until the condition holds or the test times out. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
