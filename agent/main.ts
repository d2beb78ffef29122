#!/usr/bin/env node
/** Entry point of rollcall-agent: reads the settings, starts the agent, and stops it on a signal. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../shared/logging.ts';
import { formatAddress } from '../shared/settings/address.ts';
import { runProgram } from '../shared/settings/run-program.ts';
import { VERSION } from '../shared/version.ts';
import { Agent } from './agent.ts';
import { openObserver } from './observe/open-observer.ts';
import { startAgentOperations } from './operations/operations.ts';
import { agentSettings } from './settings.ts';
import { StateFolder } from './state/state-folder.ts';
import { grpcStreams } from './stream/grpc-stream.ts';
import { openSecurity, tokenReader } from './stream/open-security.ts';
import { renewingStreams } from './stream/renewing-streams.ts';

await runProgram({
  table: agentSettings,
  argv: process.argv.slice(2),
  environment: process.env,
  async run(settings, untilStopped) {
    const { coordinator, state, logLevel: level, logFormat: format } = settings;
    const log = createLogger({ program: 'rollcall-agent', level, format });
    const observer = await openObserver({
      settings,
      environment: process.env,
      clock: systemClock,
      random: Math.random,
      userAgent: `rollcall-agent/${VERSION}`,
    });
    const agent = new Agent({
      observer,
      openStream: renewingStreams(grpcStreams(formatAddress(coordinator), openSecurity(settings)), {
        clock: systemClock,
        readToken: tokenReader(settings),
      }),
      stateFolder: state === undefined ? null : new StateFolder(state, log),
      clock: systemClock,
      random: Math.random,
      instanceId: randomUUID(),
      version: VERSION,
      log,
    });
    const listen = settings.operationsListen;
    // Before the agent starts, so that a start that hangs is visible.
    const operations = listen && (await startAgentOperations({ listen, agent, observer, version: VERSION, log }));
    agent.start();
    await untilStopped;
    await agent.stop();
    await operations?.stop();
    return 0;
  },
});
