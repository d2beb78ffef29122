/** `rollcall plan` and its options. The implementation is loaded on use. */
import { type Command, Option } from 'commander';
import { atOption } from '../options/moment-options.ts';
import type { PlanOptions } from '../plan/plan-options.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  # Show where the DaemonSets of a cluster would run
  kubectl get daemonsets,nodes -A -o json | rollcall plan -f -

  # Compare edited manifests with the old ones
  rollcall plan -f new/ --against old/ --nodes nodes.json

  # Show what stops running if a label is removed from all nodes
  rollcall plan -f daemonsets.yaml --nodes nodes.yaml --remove-label disktype

  # Show the same for the cluster of a running coordinator
  rollcall plan --remove-label disktype

  # Compare a manifest with the cluster as it was at an earlier time
  rollcall plan -f new.yaml --at 2026-03-14T15:09

Exit codes: 0 if nothing changes, 1 if something changes, 2 or greater on error.`;

export function addPlanCommand(program: Command, runner: CommandRunner): void {
  program
    .command('plan')
    .summary('Show the effect of a change to DaemonSets or nodes')
    .description(
      'Show where DaemonSets would run, and why they would not run on the other nodes. ' +
        'With --against or a simulated change, show what would change. ' +
        'With nodes from files, plan needs no cluster and no coordinator. Without them, it queries the coordinator.',
    )
    .option(
      '-f, --filename <path>',
      'DaemonSet manifests: a file, a directory, or - for standard input (repeatable)',
      collect,
      [],
    )
    .option(
      '--nodes <path>',
      'Node manifests: a file, a directory, or -; defaults to the nodes in the files of -f (repeatable)',
      collect,
      [],
    )
    .option(
      '--against <path>',
      'Compare with the DaemonSets in these files, and with the nodes if there are any (repeatable)',
      collect,
      [],
    )
    .option('--node <name>', 'Apply simulated changes to this node; by default, to all nodes (repeatable)', collect, [])
    .option('-l, --selector <selector>', 'Apply simulated changes to the nodes that match this label selector')
    .option('--set-label <key=value>', 'Simulate setting this label (repeatable)', collect, [])
    .option('--remove-label <key>', 'Simulate removing this label (repeatable)', collect, [])
    .option('--add-taint <taint>', 'Simulate adding this taint, as key=value:Effect (repeatable)', collect, [])
    .option('--remove-taint <taint>', 'Simulate removing this taint, as key or key:Effect (repeatable)', collect, [])
    .addOption(nodeOption('--cordon [name]', 'Simulate cordoning this node, or the selected nodes (repeatable)'))
    .addOption(nodeOption('--drop-node [name]', 'Simulate deleting this node, or the selected nodes (repeatable)'))
    .option('--add-node <path>', 'Simulate adding the nodes in this file (repeatable)', collect, [])
    .addOption(atOption())
    .option('--skip-invalid', 'Skip invalid manifests instead of failing', false)
    .addHelpText('after', EXAMPLES)
    .action(
      runner(async (context, options) => {
        const { runPlan } = await import('../plan/run-plan.ts');
        return runPlan(context, options as unknown as PlanOptions);
      }),
    );
}

/** An option with an optional node name. Without a name its value is `''`, which means the nodes of --node or --selector. */
function nodeOption(flags: string, description: string): Option {
  return new Option(flags, description).preset('').argParser<string[]>(collect).default([], '');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
