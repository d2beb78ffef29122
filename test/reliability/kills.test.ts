/** A coordinator process that is killed repeatedly at random times while agents report and clients query it. */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, inject, it } from 'vitest';
import { AgentService, QueryService } from '../../shared/rpc/contract.ts';
import { SeededRandom } from '../bench/random.ts';
import { PROGRAMS, Running } from '../e2e/programs.ts';
import { eventually } from '../fakes/eventually.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { openJournal } from '../journal/open-journal.ts';
import { pollUntilDisconnected } from './event-poller.ts';
import { type ExternalObservations, noObservations } from './external-observations.ts';
import { FakeAgent } from './fake-agent.ts';
import { assertIntact, RecordedRows, rowsAfter } from './recorded-rows.ts';

const KILLS = inject('isThorough') ? 200 : 10;
const SEED = inject('seed');
const AGENTS = 8;
/** Some kills happen while agents connect, others while the journal is under full load. */
const KILL_AFTER_OBSERVATIONS_MAX = 60;
/** A random delay, so that not every kill immediately follows an observation. */
const KILL_AFTER_MS_MAX = 20;

it(`keeps everything that agents and clients have received when it is killed ${KILLS} times (seed ${SEED})`, {
  timeout: KILLS * 20_000,
}, async () => {
  const random = new SeededRandom(SEED);
  const installation = new Installation();
  const observed = noObservations();
  const agents = Array.from({ length: AGENTS }, (_, index) => new FakeAgent(`node-${index}`, observed));
  const rows = new RecordedRows();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    installation.writeDaemonSets(kill);
    const { coordinator, address } = await installation.start();
    const secure = credentials.createInsecure();
    const agentService = new AgentService(address, secure);
    const queryService = new QueryService(address, secure);
    for (const agent of agents) agent.connect(agentService);
    const polling = pollUntilDisconnected(queryService, observed);
    const enough = observationCount(observed) + 1 + random.below(KILL_AFTER_OBSERVATIONS_MAX);
    // Every second kill waits until the coordinator answers queries, which takes longer because it starts a thread for them.
    const rowsEnough = observed.rows.size + (kill % 2);
    await eventually(() => observationCount(observed) >= enough && observed.rows.size >= rowsEnough);
    await new Promise((resolve) => setTimeout(resolve, random.below(KILL_AFTER_MS_MAX)));
    await coordinator.kill('SIGKILL');
    await polling;
    for (const agent of agents) agent.disconnect();
    for (const client of [agentService, queryService]) client.close();

    const file = installation.copyJournal();
    const journal = await openJournal({ file });
    rows.add(await rowsAfter(journal, rows.revision));
    rows.check(observed);
    // Opening a journal verifies the newest rows; every tenth kill verifies all rows.
    if (kill % 10 === 0) await assertIntact(journal);
    await journal.close();
    rmSync(dirname(file), { recursive: true });
    if (kill % 20 === 0) process.stdout.write(`${kill} of ${KILLS} kills, revision ${rows.revision}\n`);
  }
  expect(observed.reports.size, 'reports were acknowledged').toBeGreaterThan(KILLS);
  expect(observed.assignments.size, 'assignments were sent').toBeGreaterThan(KILLS);
  expect(observed.rows.size, 'queries were answered').toBeGreaterThan(KILLS);
});

class Installation {
  readonly #folder = temporaryFolder();
  readonly #daemonSets = join(this.#folder, 'daemonsets');
  readonly #file = join(this.#folder, 'data', 'rollcall.db');

  constructor() {
    mkdirSync(this.#daemonSets);
  }

  /** One of the three DaemonSets changes its node selector with every kill, so that a restarted coordinator has decisions to make. */
  writeDaemonSets(round: number): void {
    const sides = { left: 'left', right: 'right', changing: round % 2 === 0 ? 'left' : 'right' };
    for (const [name, side] of Object.entries(sides)) {
      const template = { metadata: { labels: { name } }, spec: { nodeSelector: { side }, containers: [CONTAINER] } };
      const spec = { selector: { matchLabels: { name } }, template };
      const manifest = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace: 'default' }, spec };
      writeFileSync(join(this.#daemonSets, `${name}.json`), JSON.stringify(manifest));
    }
  }

  async start(): Promise<{ coordinator: Running; address: string }> {
    const args = ['--plaintext', '--data', join(this.#folder, 'data'), '--daemonsets', this.#daemonSets];
    const coordinator = new Running(PROGRAMS.coordinator, [...args, '--listen', '127.0.0.1:0']);
    const ready = await coordinator.line((line) => line.includes('coordinator ready'));
    const { port } = JSON.parse(ready) as { port: number };
    return { coordinator, address: `127.0.0.1:${port}` };
  }

  /** Copies the journal files as the kill left them, because the next coordinator must find them unchanged. */
  copyJournal(): string {
    const copy = join(temporaryFolder(), 'rollcall.db');
    for (const suffix of ['', '-wal', '.head']) {
      if (existsSync(`${this.#file}${suffix}`)) copyFileSync(`${this.#file}${suffix}`, `${copy}${suffix}`);
    }
    return copy;
  }
}

const CONTAINER = { name: 'daemon', image: 'example.com/daemon:1' };

function observationCount({ reports, assignments }: ExternalObservations): number {
  return reports.size + assignments.size;
}
