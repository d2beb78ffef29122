/** `rollcall version`: of this program, without asking anybody; `status -o json` has the coordinator's. */
import type { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';
import type { CommandRunner } from './command-runner.ts';

export function addVersionCommand(program: Command, runner: CommandRunner): void {
  program
    .command('version')
    .description('print the version')
    .action(
      runner(async (context) => {
        await context.answer({ version: VERSION }, () => `${VERSION}\n`);
        return undefined;
      }),
    );
}
