/** Starts a coordinator in this process, with everything but the settings and the clock decided. */
import { type Coordinator, startCoordinator } from '../../coordinator/coordinator.ts';
import { sameThread } from '../../coordinator/journal/threads.ts';
import type { CoordinatorSettings } from '../../coordinator/settings.ts';
import type { Clock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';

export async function startWith(settings: CoordinatorSettings, clock: Clock): Promise<Coordinator> {
  const coordinator = await startCoordinator({
    settings,
    clock,
    log: createLogger({ program: 'test', level: 'silent', format: 'json' }),
    random: () => 0.5,
    randomId: () => 'id',
    version: 'test',
    threads: sameThread,
    onFatal: (error) => {
      throw error;
    },
  });
  if (coordinator === null) throw new Error('the coordinator was stopped while it stood by');
  return coordinator;
}
