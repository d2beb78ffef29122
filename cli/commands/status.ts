/** `rollcall status`: the roll, whole or of one DaemonSet. */
import type { Command } from 'commander';
import { loadDaemonSetStatus, loadStatus } from '../client/load-views.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderDaemonSetStatus, renderStatus } from '../render/status.ts';
import { parseDaemonSetName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

export function addStatusCommand(program: Command, runner: CommandRunner): void {
  program
    .command('status')
    .description('the roll: DaemonSets and nodes with their counts, and who is missing and why')
    .argument('[daemonset/NAME]', 'only this DaemonSet')
    .addOption(atOption())
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        if (name === undefined) {
          await context.answerAt(at, loadStatus, renderStatus);
          return;
        }
        const asked = parseDaemonSetName(name, context.globals.namespace);
        await context.answerAt(at, (coordinator) => loadDaemonSetStatus(coordinator, asked), renderDaemonSetStatus);
      }),
    );
}
