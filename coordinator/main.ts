#!/usr/bin/env node
/** Entry point of the coordinator: reads settings, starts it, and stops it on a signal or when leadership is lost. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../shared/logging.ts';
import { runProgram } from '../shared/settings/run-program.ts';
import { VERSION } from '../shared/version.ts';
import { startCoordinator } from './lifecycle.ts';
import { coordinatorSettings } from './settings.ts';

/** Exit code of a leader that lost its Lease or may not own DaemonSets; the restarted process is a candidate again. */
const EXIT_LOST = 1;

await runProgram({
  table: coordinatorSettings,
  argv: process.argv.slice(2),
  environment: process.env,
  async run(settings, stopRequested) {
    const { logLevel: level, logFormat: format } = settings;
    const log = createLogger({ program: 'rollcall-coordinator', level, format });
    const coordinator = await startCoordinator({
      settings,
      clock: systemClock,
      log,
      random: Math.random,
      randomId: randomUUID,
      version: VERSION,
      hostName: hostname(),
      stopRequested,
      environment: process.env,
      onFatal: (error) => {
        log.fatal({ err: error }, 'the journal failed; nothing that was acknowledged is lost; restart the coordinator');
        process.exit(1);
      },
    });
    if (coordinator === null) return 0;
    const lost = await Promise.race([stopRequested.then(() => null), coordinator.mustStop]);
    await coordinator.stop();
    return lost === null ? 0 : EXIT_LOST;
  },
});
