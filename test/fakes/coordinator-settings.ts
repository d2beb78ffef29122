/** The settings of a coordinator in a test: the defaults of the program, a free port and no TLS. */
import { type CoordinatorSettings, coordinatorSettings } from '../../coordinator/settings.ts';
import { readSettings } from '../../shared/settings/read-settings.ts';

export function settingsWith(changes: Partial<CoordinatorSettings>): CoordinatorSettings {
  const input = readSettings(coordinatorSettings, {
    argv: ['--plaintext', '--listen', '127.0.0.1:0'],
    environment: {},
    readFile: (path) => {
      throw new Error(`no file ${path}`);
    },
  });
  if (input.kind !== 'run') throw new Error('the defaults do not start a coordinator');
  return { ...input.settings, ...changes };
}
