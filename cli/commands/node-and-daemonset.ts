/** `rollcall node/NAME` and `rollcall daemonset/NAME`: a node or a DaemonSet with its placements. */
import type { Command } from 'commander';
import { loadDaemonSet, loadNode, loadSilentNodes } from '../client/load-views.ts';
import type { QueryClient } from '../client/query-client.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderDaemonSetDetail, renderNodeDetail, type SilentNodes } from '../render/node-and-daemonset.ts';
import { parseDaemonSetName, parseNodeName } from '../resource-name.ts';
import type { CommandRunner } from './command-runner.ts';

const NODE_EXAMPLES = `
Examples:
  # Show which DaemonSets belong on node gpu-1, and which are missing
  rollcall node/gpu-1`;

const DAEMON_SET_EXAMPLES = `
Examples:
  # Show the nodes on which fluentd runs, and why it does not run on others
  rollcall daemonset/fluentd

  # Show a DaemonSet whose name exists in several namespaces
  rollcall daemonset/kube-system/fluentd`;

export function addNodeAndDaemonSetCommands(program: Command, runner: CommandRunner): void {
  program
    .command('node')
    .description('Show the DaemonSets of a node; short form: "rollcall node/NAME"')
    .argument('<node/NAME>', 'The node')
    .addOption(atOption())
    .addHelpText('after', NODE_EXAMPLES)
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        const { name: nodeName } = parseNodeName(name);
        await context.answerAt(at, (coordinator) => loadNode(coordinator, nodeName), renderNodeDetail);
      }),
    );
  program
    .command('daemonset')
    .description('Show the nodes of a DaemonSet; short form: "rollcall daemonset/NAME"')
    .argument('<daemonset/NAME>', 'The DaemonSet; daemonset/NAMESPACE/NAME if the name exists in several namespaces')
    .addOption(atOption())
    .addHelpText('after', DAEMON_SET_EXAMPLES)
    .action(
      runner(async (context, options, name) => {
        const { at }: AtOptions = options;
        const daemonSet = parseDaemonSetName(name, context.globals.namespace);
        let silent: SilentNodes = new Map();
        const load = async (coordinator: QueryClient) => {
          const [detail, found] = await Promise.all([
            loadDaemonSet(coordinator, daemonSet),
            loadSilentNodes(coordinator),
          ]);
          silent = found;
          return detail;
        };
        await context.answerAt(at, load, (detail, render) => renderDaemonSetDetail(detail, silent, render));
      }),
    );
}
