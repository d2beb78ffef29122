/** `rollcall node/NAME` and `rollcall daemonset/NAME`: one node or one DaemonSet with its placements. */
import type { Command } from 'commander';
import { loadDaemonSet, loadNode, loadSilentNodes } from '../client/load-roll.ts';
import { renderDaemonSetDetail, renderNodeDetail } from '../render/detail.ts';
import { parseDaemonSetName, parseNodeName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

export function addShowCommands(program: Command, runner: CommandRunner): void {
  program
    .command('node')
    .description('what belongs on a node, and what is missing there; node/NAME alone does the same')
    .argument('<node/NAME>', 'the node')
    .action(
      runner(async (context, _options, name) => {
        const { name: nodeName } = parseNodeName(name);
        const detail = await context.ask((coordinator) => loadNode(coordinator, nodeName));
        await context.answer(detail, () => renderNodeDetail(detail, context.render));
      }),
    );
  program
    .command('daemonset')
    .description('where a DaemonSet runs, and why not elsewhere; daemonset/NAME alone does the same')
    .argument('<daemonset/NAME>', 'the DaemonSet')
    .action(
      runner(async (context, _options, name) => {
        const asked = parseDaemonSetName(name, context.globals.namespace);
        const [detail, silent] = await context.ask((coordinator) =>
          Promise.all([loadDaemonSet(coordinator, asked), loadSilentNodes(coordinator)]),
        );
        await context.answer(detail, () => renderDaemonSetDetail(detail, silent, context.render));
      }),
    );
}
