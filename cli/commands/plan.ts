/** The command `plan`: its options. What it does is loaded only when it is used. */
import { type Command, Option } from 'commander';
import { atOption } from '../options/moment-options.ts';
import type { PlanOptions } from '../plan/plan-options.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  Who would run where, and why not:
    kubectl get daemonsets,nodes -A -o json | rollcall plan -f -
  What an edited manifest would change:
    rollcall plan -f new/ --against old/ --nodes nodes.json
  What stops running if a label disappears everywhere:
    rollcall plan -f daemonsets.yaml --nodes nodes.yaml --remove-label disktype
  The same for the cluster of a running coordinator:
    rollcall plan --remove-label disktype
  Whether a manifest would have caught what happened then:
    rollcall plan -f new.yaml --at 2026-03-14T15:09

Exit codes: 0 nothing changes, 1 something does, 2 or more an error.`;

export function addPlanCommand(program: Command, runner: CommandRunner): void {
  program
    .command('plan')
    .summary('say what a change of DaemonSets or nodes would do, from files or for a running coordinator')
    .description(
      'Says who would run where and why not, or, with --against or a what-if, what would change. ' +
        'With nodes from files it needs no cluster and no coordinator; without, it asks the coordinator.',
    )
    .option('-f, --filename <path>', 'DaemonSets: a file, a folder, or - for standard input (repeatable)', collect, [])
    .option(
      '--nodes <path>',
      'nodes: a file, a folder, or -; by default those among the files of -f (repeatable)',
      collect,
      [],
    )
    .option(
      '--against <path>',
      'compare with the DaemonSets, and nodes if there are any, in these files (repeatable)',
      collect,
      [],
    )
    .option('--node <name>', 'the node that the what-ifs change; by default every node (repeatable)', collect, [])
    .option('-l, --selector <selector>', 'the nodes that the what-ifs change, by label')
    .option('--set-label <key=value>', 'what if the nodes had this label (repeatable)', collect, [])
    .option('--remove-label <key>', 'what if the nodes lacked this label (repeatable)', collect, [])
    .option('--add-taint <taint>', 'what if the nodes had this taint, key=value:Effect (repeatable)', collect, [])
    .option(
      '--remove-taint <taint>',
      'what if the nodes lacked this taint, key or key:Effect (repeatable)',
      collect,
      [],
    )
    .addOption(nodeOption('--cordon [name]', 'what if this node, or those chosen, were cordoned (repeatable)'))
    .addOption(nodeOption('--drop-node [name]', 'what if this node, or those chosen, were gone (repeatable)'))
    .option('--add-node <path>', 'what if the nodes in this file were there as well (repeatable)', collect, [])
    .addOption(atOption())
    .option('--skip-invalid', 'leave out manifests that cannot be used instead of refusing to plan', false)
    .addHelpText('after', EXAMPLES)
    .action(
      runner(async (context, options) => {
        const { runPlan } = await import('../plan/run-plan.ts');
        return runPlan(context, options as unknown as PlanOptions);
      }),
    );
}

/** An option that may name its node; without a name it is `''`, which means the nodes chosen otherwise. */
function nodeOption(flags: string, description: string): Option {
  return new Option(flags, description).preset('').argParser<string[]>(collect).default([], '');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
