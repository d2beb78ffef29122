/** `rollcall version`: the version of this program. `status -o json` includes that of the coordinator. */
import type { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';
import type { CommandRunner } from './command-runner.ts';

export function addVersionCommand(program: Command, runner: CommandRunner): void {
  program
    .command('version')
    .description('Print the version')
    .action(
      runner(async (context) => {
        await context.answer({ version: VERSION }, () => `${VERSION}\n`);
        return undefined;
      }),
    );
}
