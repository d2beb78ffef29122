#!/usr/bin/env node
/** The coordinator's program: reads settings, starts, and ends cleanly on a signal. Only wiring. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../shared/logging.ts';
import { runProgram } from '../shared/program.ts';
import { VERSION } from '../shared/version.ts';
import { startCoordinator } from './coordinator.ts';
import { coordinatorSettings } from './settings.ts';

await runProgram({
  table: coordinatorSettings,
  argv: process.argv.slice(2),
  environment: process.env,
  async run(settings, untilStopped) {
    const { logLevel: level, logFormat: format } = settings;
    const log = createLogger({ program: 'rollcall-coordinator', level, format });
    const coordinator = await startCoordinator({
      settings,
      clock: systemClock,
      log,
      random: Math.random,
      randomId: randomUUID,
      version: VERSION,
      environment: process.env,
      onFatal: (error) => {
        log.fatal({ err: error }, 'the journal failed; nothing that was acknowledged is lost, start again');
        process.exit(1);
      },
    });
    await untilStopped;
    await coordinator.stop();
    return 0;
  },
});
