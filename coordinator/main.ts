#!/usr/bin/env node
/** The coordinator's program: reads settings, starts, and ends cleanly on a signal. Only wiring. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../shared/logging.ts';
import { runProgram } from '../shared/program.ts';
import { readSettings } from '../shared/settings/read-settings.ts';
import { VERSION } from '../shared/version.ts';
import { startCoordinator } from './coordinator.ts';
import { coordinatorSettings } from './settings.ts';

await runProgram('rollcall-coordinator', async (untilStopped) => {
  const request = readSettings(coordinatorSettings, {
    argv: process.argv.slice(2),
    environment: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  if (request.kind === 'help') return { text: request.text };
  if (request.kind === 'version') return { text: VERSION };
  const { settings } = request;
  const { logLevel: level, logFormat: format } = settings;
  const log = createLogger({ program: 'rollcall-coordinator', level, format });
  const coordinator = await startCoordinator({
    settings,
    clock: systemClock,
    log,
    random: Math.random,
    randomId: randomUUID,
    version: VERSION,
    onFatal: (error) => {
      log.fatal({ err: error }, 'the journal failed; nothing that was acknowledged is lost, start again');
      process.exit(1);
    },
  });
  await untilStopped;
  await coordinator.stop();
  return {};
});
