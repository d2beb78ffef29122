/** `rollcall status`: the roll, whole or of one DaemonSet. */
import type { Command } from 'commander';
import { loadDaemonSetRoll, loadRoll } from '../client/load-roll.ts';
import { renderDaemonSetRoll, renderRoll } from '../render/roll.ts';
import { parseDaemonSetName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

export function addStatusCommand(program: Command, runner: CommandRunner): void {
  program
    .command('status')
    .description('the roll: DaemonSets and nodes with their counts, and who is missing and why')
    .argument('[daemonset/NAME]', 'only this DaemonSet')
    .action(
      runner(async (context, _options, name) => {
        if (name === undefined) {
          const roll = await context.ask(loadRoll);
          await context.answer(roll, () => renderRoll(roll, context.render));
          return;
        }
        const asked = parseDaemonSetName(name, context.globals.namespace);
        const roll = await context.ask((coordinator) => loadDaemonSetRoll(coordinator, asked));
        await context.answer(roll, () => renderDaemonSetRoll(roll, context.render));
      }),
    );
}
