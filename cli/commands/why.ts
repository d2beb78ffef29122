/** `rollcall why`: the verdict on one pair with every reason. */
import type { Command } from 'commander';
import type { QueryClient } from '../client/query-client.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderExplanation } from '../render/explanation.ts';
import { type DaemonSetName, type NodeName, parseResource } from '../resource-name.ts';
import { UsageError } from '../usage-error.ts';
import { explanationView } from '../view/explanation-view.ts';
import type { CommandRunner } from './command-runner.ts';

export function addWhyCommand(program: Command, runner: CommandRunner): void {
  program
    .command('why')
    .description('why a node runs a DaemonSet or not: every reason, and the edits that would turn the verdict')
    .argument('<daemonset/NAME>', 'the DaemonSet')
    .argument('<node/NAME>', 'the node')
    .addOption(atOption())
    .action(
      runner(async (context, options, ...names) => {
        const { at }: AtOptions = options;
        const { daemonSet, node } = pairOf(names, context.globals.namespace);
        const explain = async (coordinator: QueryClient) =>
          explanationView(await coordinator.explainPlacement(daemonSet, node.name));
        await context.answerAt(at, explain, renderExplanation);
      }),
    );
}

/** In either order: what each name is, it says itself. */
function pairOf(names: readonly string[], namespace: string): { daemonSet: DaemonSetName; node: NodeName } {
  const resources = names.map((name) => parseResource(name, namespace));
  const daemonSet = resources.find((resource) => resource.kind === 'daemonset');
  const node = resources.find((resource) => resource.kind === 'node');
  if (daemonSet === undefined || node === undefined) {
    throw new UsageError(`why needs one DaemonSet and one node: rollcall why daemonset/NAME node/NAME`);
  }
  return { daemonSet, node };
}
