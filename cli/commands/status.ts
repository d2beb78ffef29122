/** `rollcall status`: the status of the cluster or of one DaemonSet. */
import type { Command } from 'commander';
import { loadDaemonSetStatus, loadStatus } from '../client/load-views.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderDaemonSetStatus, renderStatus } from '../render/status.ts';
import { parseDaemonSetName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  # Display the status of all DaemonSets and nodes
  rollcall status

  # Display the status of one DaemonSet
  rollcall status daemonset/fluentd

  # Display the status two hours ago
  rollcall status --at -2h`;

export function addStatusCommand(program: Command, runner: CommandRunner): void {
  program
    .command('status')
    .description('Display the status of DaemonSets and nodes')
    .argument('[daemonset/NAME]', 'DaemonSet to display; by default, all DaemonSets and nodes')
    .addOption(atOption())
    .addHelpText('after', EXAMPLES)
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        if (name === undefined) {
          await context.answerAt(at, loadStatus, renderStatus);
          return;
        }
        const daemonSet = parseDaemonSetName(name, context.globals.namespace);
        await context.answerAt(at, (coordinator) => loadDaemonSetStatus(coordinator, daemonSet), renderDaemonSetStatus);
      }),
    );
}
