/** A whole coordinator, killed again and again at random instants while agents report and others ask. */
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
import { type Claims, noClaims } from './claims.ts';
import { FakeAgent } from './fake-agent.ts';
import { askUntilGone } from './questioner.ts';
import { assertWhole, RecordedRows, rowsAfter } from './recorded-rows.ts';

const KILLS = inject('isThorough') ? 200 : 10;
const SEED = inject('seed');
const AGENTS = 8;
/** Some kills hit agents that are still being welcomed, some a journal at full load. */
const KILL_AFTER_CLAIMS_MAX = 60;
/** So that not every kill follows a claim at once. */
const KILL_AFTER_MS_MAX = 20;

it(`keeps all that anyone was told when it is killed ${KILLS} times (seed ${SEED})`, {
  timeout: KILLS * 20_000,
}, async () => {
  const random = new SeededRandom(SEED);
  const site = new Site();
  const claims = noClaims();
  const agents = Array.from({ length: AGENTS }, (_, index) => new FakeAgent(`node-${index}`, claims));
  const rows = new RecordedRows();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    site.writeDaemonSets(kill);
    const { coordinator, address } = await site.start();
    const secure = credentials.createInsecure();
    const agentService = new AgentService(address, secure);
    const queryService = new QueryService(address, secure);
    for (const agent of agents) agent.connect(agentService);
    const asking = askUntilGone(queryService, claims);
    const enough = claimCount(claims) + 1 + random.below(KILL_AFTER_CLAIMS_MAX);
    // Every other kill hits a coordinator that answers questions already, for which it starts a thread first.
    const rowsEnough = claims.rows.size + (kill % 2);
    await eventually(() => claimCount(claims) >= enough && claims.rows.size >= rowsEnough);
    await new Promise((resolve) => setTimeout(resolve, random.below(KILL_AFTER_MS_MAX)));
    await coordinator.kill('SIGKILL');
    await asking;
    for (const agent of agents) agent.disconnect();
    for (const client of [agentService, queryService]) client.close();

    const file = site.copyOfJournal();
    const journal = await openJournal({ file });
    rows.add(await rowsAfter(journal, rows.revision));
    rows.check(claims);
    // Opening checks the newest rows; now and then all of them are.
    if (kill % 10 === 0) await assertWhole(journal);
    await journal.close();
    rmSync(dirname(file), { recursive: true });
    if (kill % 20 === 0) process.stdout.write(`${kill} of ${KILLS} kills, revision ${rows.revision}\n`);
  }
  expect(claims.reports.size, 'reports were acknowledged').toBeGreaterThan(KILLS);
  expect(claims.assignments.size, 'assignments were sent').toBeGreaterThan(KILLS);
  expect(claims.rows.size, 'questions were answered').toBeGreaterThan(KILLS);
});

class Site {
  readonly #folder = temporaryFolder();
  readonly #daemonSets = join(this.#folder, 'daemonsets');
  readonly #file = join(this.#folder, 'data', 'rollcall.db');

  constructor() {
    mkdirSync(this.#daemonSets);
  }

  /** Of three, one wants a side that changes with every kill: what is started again has decisions to make at once. */
  writeDaemonSets(round: number): void {
    const sides = { left: 'left', right: 'right', turning: round % 2 === 0 ? 'left' : 'right' };
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

  /** The files as the kill left them: the coordinator that comes next finds them so, too. */
  copyOfJournal(): string {
    const copy = join(temporaryFolder(), 'rollcall.db');
    for (const suffix of ['', '-wal', '.head']) {
      if (existsSync(`${this.#file}${suffix}`)) copyFileSync(`${this.#file}${suffix}`, `${copy}${suffix}`);
    }
    return copy;
  }
}

const CONTAINER = { name: 'daemon', image: 'example.com/daemon:1' };

function claimCount({ reports, assignments }: Claims): number {
  return reports.size + assignments.size;
}
