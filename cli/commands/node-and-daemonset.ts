/** `rollcall node/NAME` and `rollcall daemonset/NAME`: one node or one DaemonSet with its placements. */
import type { Command } from 'commander';
import { loadDaemonSet, loadNode, loadSilentNodes } from '../client/load-views.ts';
import type { QueryClient } from '../client/query-client.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderDaemonSetDetail, renderNodeDetail, type SilentNodes } from '../render/node-and-daemonset.ts';
import { parseDaemonSetName, parseNodeName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

export function addShowCommands(program: Command, runner: CommandRunner): void {
  program
    .command('node')
    .description('what belongs on a node, and what is missing there; node/NAME alone does the same')
    .argument('<node/NAME>', 'the node')
    .addOption(atOption())
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        const { name: nodeName } = parseNodeName(name);
        await context.answerAt(at, (coordinator) => loadNode(coordinator, nodeName), renderNodeDetail);
      }),
    );
  program
    .command('daemonset')
    .description('where a DaemonSet runs, and why not elsewhere; daemonset/NAME alone does the same')
    .argument('<daemonset/NAME>', 'the DaemonSet')
    .addOption(atOption())
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        const asked = parseDaemonSetName(name, context.globals.namespace);
        let silent: SilentNodes = new Map();
        const load = async (coordinator: QueryClient) => {
          const [detail, found] = await Promise.all([loadDaemonSet(coordinator, asked), loadSilentNodes(coordinator)]);
          silent = found;
          return detail;
        };
        await context.answerAt(at, load, (detail, render) => renderDaemonSetDetail(detail, silent, render));
      }),
    );
}
