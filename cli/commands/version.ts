/** The command `version`: this build's, and the coordinator's where one answers. */
import type { Command } from 'commander';
import { RollcallError } from '../../shared/errors.ts';
import { VERSION } from '../../shared/version.ts';
import type { Context } from '../context.ts';
import type { CommandRunner } from './command-runner.ts';

export function addVersionCommand(program: Command, runner: CommandRunner): void {
  program
    .command('version')
    .summary('print the versions of this program and of the coordinator')
    .description('Prints the version of this program, and that of the coordinator where one answers.')
    .option('--client', 'do not ask the coordinator', false)
    .action(
      runner(async (context, { client }) => {
        const coordinator = client === true ? null : await coordinatorVersion(context);
        const versions = { client: VERSION, coordinator };
        await context.answer(versions, () =>
          [
            `Client        ${VERSION}\n`,
            ...(client === true ? [] : [`Coordinator   ${coordinator ?? 'none answers'}\n`]),
          ].join(''),
        );
        return undefined;
      }),
    );
}

/** `null` where none answers, which is no error here. */
async function coordinatorVersion(context: Context): Promise<string | null> {
  try {
    const { coordinatorVersion: version } = await context.ask((coordinator) => coordinator.getStatus());
    return version;
  } catch (error) {
    if (error instanceof RollcallError) return null;
    throw error;
  }
}
