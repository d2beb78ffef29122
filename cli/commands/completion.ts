/** `rollcall completion`, which prints a completion script, and the hidden `__complete`, which the script calls. */
import { Argument, type Command } from 'commander';
import type { Completion } from '../completion/candidates.ts';
import { SHELLS, type Shell } from '../completion/scripts.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  # Load completion into the current bash
  source <(rollcall completion bash)

  # Load completion into the current zsh, after compinit
  source <(rollcall completion zsh)

  # Load completion into the current fish
  rollcall completion fish | source`;

export function addCompletionCommands(program: Command, runner: CommandRunner): void {
  program
    .command('completion')
    .summary('Print a completion script for a shell (bash, zsh or fish)')
    .description(
      'Print a completion script for a shell. The script completes commands, options, and the names of nodes and ' +
        'DaemonSets that the coordinator knows.',
    )
    .addArgument(new Argument('<shell>', 'Shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
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

/** One candidate per line, with a tab before its description; the last line is a colon and the directive. */
function completionText({ candidates, directive }: Completion): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description.split('\n')[0] ?? ''}\n`);
  return `${lines.join('')}:${directive}\n`;
}
