/** The commands `completion`, which prints a script for a shell, and the hidden `__complete`, which that script asks. */
import { Argument, type Command } from 'commander';
import type { Completion } from '../completion/candidates.ts';
import { SHELLS, type Shell } from '../completion/scripts.ts';
import type { CommandRunner } from './command-runner.ts';

export function addCompletionCommands(program: Command, runner: CommandRunner): void {
  program
    .command('completion')
    .summary('print a script that makes a shell complete commands, options and names')
    .description('Prints a script for the shell; it asks the coordinator for names of nodes and DaemonSets.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(
      runner(async ({ io }, _, shell) => {
        const { completionScript } = await import('../completion/scripts.ts');
        io.stdout.write(completionScript(shell as Shell));
        return undefined;
      }),
    );
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(
      runner(async (context, _, ...words) => {
        const { complete } = await import('../completion/candidates.ts');
        const { knownNames } = await import('../completion/known-names.ts');
        context.io.stdout.write(completionText(await complete(program, words, knownNames(context, words))));
        return undefined;
      }),
    );
}

/** A candidate on each line, a tabulator before its description; last, after a colon, the directive. */
function completionText({ candidates, directive }: Completion): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description.split('\n')[0] ?? ''}\n`);
  return `${lines.join('')}:${directive}\n`;
}
