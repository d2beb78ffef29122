/** Starts a coordinator in this process, with defaults for everything except the clock. */

import { type CoordinatorThreads, oneThread } from '../../coordinator/coordinator-threads.ts';
import { type Coordinator, startCoordinator } from '../../coordinator/lifecycle.ts';
import type { CoordinatorSettings } from '../../coordinator/settings.ts';
import type { Clock } from '../../shared/clock.ts';
import { createLogger, type Logger } from '../../shared/logging.ts';
import { settingsWith } from '../fakes/coordinator-settings.ts';

const SILENT = createLogger({ program: 'test', level: 'silent', format: 'json' });

export async function startWith(
  settings: Partial<CoordinatorSettings>,
  clock: Clock,
  threads: CoordinatorThreads = oneThread,
): Promise<Coordinator> {
  const coordinator = await startUnlessStopped(settings, clock, new Promise(() => {}), { threads });
  if (coordinator === null) throw new Error('the coordinator was stopped before it served');
  return coordinator;
}

/** Resolves to `null` if it was stopped before it served. */
export function startUnlessStopped(
  settings: Partial<CoordinatorSettings>,
  clock: Clock,
  stopRequested: Promise<void>,
  { log = SILENT, threads = oneThread }: { log?: Logger; threads?: CoordinatorThreads } = {},
): Promise<Coordinator | null> {
  return startCoordinator({
    settings: settingsWith(settings),
    clock,
    stopRequested,
    log,
    random: () => 0.5,
    randomId: () => 'id',
    version: 'test',
    threads,
    onFatal: (error) => {
      throw error;
    },
  });
}
