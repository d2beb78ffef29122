#!/usr/bin/env node
/** The agent's program: reads settings, starts, and ends cleanly on a signal. Only wiring. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../shared/logging.ts';
import { runProgram } from '../shared/program.ts';
import { readSettings } from '../shared/settings/read-settings.ts';
import { formatAddress } from '../shared/settings/values.ts';
import { VERSION } from '../shared/version.ts';
import { Agent } from './agent.ts';
import { FileObserver } from './observe/file-observer.ts';
import { grpcStreams } from './session/grpc-stream.ts';
import { agentSettings } from './settings.ts';
import { StateFolder } from './state/state-folder.ts';

await runProgram('rollcall-agent', async (untilStopped) => {
  const request = readSettings(agentSettings, {
    argv: process.argv.slice(2),
    environment: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  if (request.kind === 'help') return { text: request.text };
  if (request.kind === 'version') return { text: VERSION };
  const { nodeFile, coordinator, state, logLevel: level, logFormat: format } = request.settings;
  const log = createLogger({ program: 'rollcall-agent', level, format });
  const agent = new Agent({
    observer: new FileObserver({ path: nodeFile, clock: systemClock }),
    openStream: grpcStreams(formatAddress(coordinator)),
    stateFolder: state === undefined ? null : new StateFolder(state, log),
    clock: systemClock,
    random: Math.random,
    instanceId: randomUUID(),
    version: VERSION,
    log,
  });
  agent.start();
  await untilStopped;
  await agent.stop();
  return {};
});
