/**
 * Memory and CPU usage of a real agent that observes a busy node through an API server and is connected to a
 * real coordinator, while nothing changes except the kubelet's heartbeats.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { IdleApiServer } from './idle-api-server.ts';
import type { BenchResult } from './result.ts';

const PODS = 110;
/** Both programs have started and are idle after this time, even on a busy machine. */
const SETTLE_MS = 20_000;
const IDLE_MS = 30_000;
/** Unit of the times in /proc/PID/stat (Linux, USER_HZ). */
const TICKS_PER_SECOND = 100;
const RSS_GOAL_MB = 75;
/** Percent of one core. */
const CPU_GOAL_PERCENT = 0.5;

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-agent-'));
  const apiServer = await IdleApiServer.start(PODS);
  const programs: ChildProcess[] = [];
  try {
    writeFileSync(join(folder, 'token'), 'token');
    writeFileSync(join(folder, 'ca.crt'), apiServer.authority);
    const address = `127.0.0.1:${await freePort()}`;
    programs.push(start('coordinator', ['--plaintext', '--listen', address, '--data', join(folder, 'data')]));
    const cluster = ['--node-name', 'n1', '--api-server', apiServer.url, '--service-account', folder];
    const agent = start('agent', ['--plaintext', '--coordinator', address, ...cluster]);
    programs.push(agent);
    await pause(SETTLE_MS);
    const before = ticksOf(agent);
    await pause(IDLE_MS);
    const percent = ((ticksOf(agent) - before) / TICKS_PER_SECOND / (IDLE_MS / 1000)) * 100;
    return [memory(rssMbOf(agent)), cpu(percent)];
  } finally {
    for (const program of programs) await end(program);
    apiServer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function memory(megabytes: number): BenchResult {
  return {
    name: `RSS of an agent on a node with ${PODS} pods`,
    goal: `<= ${RSS_GOAL_MB} MB`,
    measured: `${megabytes.toFixed(1)} MB`,
    met: megabytes <= RSS_GOAL_MB,
  };
}

function cpu(percent: number): BenchResult {
  return {
    name: 'CPU usage of an idle agent, including kubelet heartbeats',
    goal: `<= ${CPU_GOAL_PERCENT} % of a core`,
    measured: `${percent.toFixed(2)} % of a core`,
    met: percent <= CPU_GOAL_PERCENT,
  };
}

/** The flags that deploy/ uses: an agent needs little memory and produces little garbage. */
const NODE_FLAGS = {
  agent: [
    '--max-semi-space-size=1',
    '--max-old-space-size=64',
    '--optimize-for-size',
    '--jitless',
    '--single-threaded-gc',
  ],
  coordinator: [],
} as const;

function start(program: 'agent' | 'coordinator', flags: readonly string[]): ChildProcess {
  const main = fileURLToPath(new URL(`../../${program}/main.js`, import.meta.url));
  const log = ['--log-level', 'error'];
  return spawn(process.execPath, [...NODE_FLAGS[program], main, ...flags, ...log], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null) return;
  program.kill('SIGTERM');
  await once(program, 'exit');
}

function ticksOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function rssMbOf({ pid }: ChildProcess): number {
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
